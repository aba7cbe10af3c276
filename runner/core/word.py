"""What counts as a word of a text: one rule for checks that count and for what is said of replies; it counts nothing."""

from typing import Final

import regex

WORD: Final = regex.compile(
    r"""
    [\p{Han}\p{Hiragana}\p{Katakana}]                          # scripts without spaces: a character counts as a word
    | [\w--[\p{Han}\p{Hiragana}\p{Katakana}]]+                 # elsewhere a run of letters, marks and digits does ..
      (?: (?: ['\u2019\-] | (?<=\d)[.,](?=\d) ) [\w--[\p{Han}\p{Hiragana}\p{Katakana}]]+ )*    # .. with don't, well-known, 3.14
    """,
    regex.VERBOSE | regex.VERSION1,
)
