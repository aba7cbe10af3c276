"""One of several parts that a plan's trials fall into, the same on every machine; it knows no scenario."""

import re
from hashlib import blake2b
from typing import Final, Self

from runner.core.value import Value

_FORM: Final = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})\Z")


class Shard(Value):
    """The part of a number, of so many."""

    number: int
    """1-based."""
    of: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The shard that `2/5` means; raises ValueError with a sentence."""
        found = _FORM.match(text.strip())
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(
                f"expected I/N, the part and how many there are, from 1/N to N/N, not {text[:40]!r}"
            )
        return cls(number=int(found[1]), of=int(found[2]))

    def __str__(self) -> str:
        """The shard as it is typed."""
        return f"{self.number}/{self.of}"

    def takes(self, trial: str) -> bool:
        """Whether a trial falls into this part, by its id alone."""
        digest = blake2b(trial.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.of == self.number - 1
