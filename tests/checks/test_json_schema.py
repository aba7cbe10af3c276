"""A reply held against a JSON Schema."""

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from runner.checks import build
from runner.core.check import Subject
from runner.core.finding import Finding

ORDER = {
    "type": "object",
    "required": ["id", "total"],
    "properties": {
        "id": {"type": "string", "pattern": "^R-[0-9]+$"},
        "total": {"type": "number", "minimum": 0},
        "when": {"type": "string", "format": "date"},
    },
    "additionalProperties": False,
}


def judge(schema: object, text: str) -> Finding:
    return build("json-schema", schema).judge(Subject.alone(text))


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server that would hand out a schema, with what it was asked for."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "integer"}')

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/a.json", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_reply_is_what_the_schema_asks() -> None:
    """Types, patterns, bounds, formats and further properties, told with their places, which are marked."""
    assert judge(ORDER, '{"id": "R-1", "total": 3}').outcome == "passed"
    text = '{"id": "Q-1", "total": "3", "when": "soon", "x": 1}'
    found = judge(ORDER, text)
    assert found.outcome == "failed"
    assert found.reason == (
        'the reply is not as the schema asks: $.id: "Q-1" does not match "^R-[0-9]+$"; '
        '$.total: "3" is not of type "number"; $.when: "soon" is not a "date"; and 1 more'
    )
    assert [text[start:end] for start, end in found.spans] == ['"Q-1"', '"3"', '"soon"']


def test_a_fence_is_not_json() -> None:
    """A program could not read it; the reason says that it is a fence."""
    found = judge(ORDER, '```json\n{"id": "R-1", "total": 3}\n```')
    assert found.outcome == "failed"
    assert found.reason.endswith("; it stands in a code fence")


@pytest.mark.parametrize("draft", ["draft-04", "draft-06", "draft-07"])
def test_older_drafts_are_known(draft: str) -> None:
    """A schema that names its draft is read by it."""
    schema = {"$schema": f"http://json-schema.org/{draft}/schema#", "items": [{"type": "string"}]}
    assert judge(schema, "[1]").outcome == "failed"


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        ({"type": "objekt"}, r"at \$.type: .*did you mean `object`\?"),
        ({"type": None}, 'a text: "null", in quotes'),
        ({"properties": {"a": {"minimum": "1.50"}}}, "spelled plainly: 1.5, not 1.50"),
        ({"pattern": "(("}, r"at \$.pattern"),
        ({"requried": ["a"]}, "unknown keyword `requried` in the schema; did you mean `required`"),
        ({"properties": {"a": {"tpye": "string"}}}, "unknown keyword `properties.tpye`"),
        ({"allOf": [{"minlength": 3}]}, "did you mean `minLength`"),
        ({"format": "emial"}, "unknown format `emial` in the schema; did you mean `email`"),
        ({"$ref": "#/$defs/x"}, "a `.ref` of the schema leads nowhere"),
        ({"$ref": "other.json#/a"}, "`other.json#/a` leads out of the schema, and nothing is fetched"),
        ({"$ref": "file:///etc/hostname"}, "nothing is fetched"),
        ({"$schema": "http://example.com/x", "type": "object"}, "the `.schema` of the schema is not known"),
        ({}, "write `is-json: true`"),
        (True, "takes a JSON Schema"),
        ("schemas/order.json", "takes a JSON Schema"),
        ([1], "takes a JSON Schema"),
    ],
)
def test_what_is_no_schema_is_refused(schema: object, complaint: str) -> None:
    """A schema that is none, that holds for everything, or that has a slip in it, is told before anything is sent."""
    with pytest.raises(ValueError, match=complaint):
        build("json-schema", schema)


def test_words_of_others_may_stand_in_it() -> None:
    """Unknown words that are like none of JSON Schema's, and OpenAPI's, mean nothing and are left alone."""
    schema = {"type": "string", "x-order": 1, "example": "a", "nullable": True, "properties": {"tpye": {}}}
    assert judge(schema, '"a"').outcome == "passed"


def test_nothing_is_fetched(asked: tuple[str, list[str]]) -> None:
    """No server is asked, whatever a schema refers to."""
    url, seen = asked
    for schema in ({"$ref": url}, {"$schema": url, "type": "integer"}, {"$id": url, "$ref": "b.json"}):
        with pytest.raises(ValueError, match=r"\$ref|\$schema"):
            build("json-schema", schema)
    assert seen == []


def test_a_pattern_that_runs_away_is_broken() -> None:
    """A pattern is given up after so many steps back: the check's own error, never the model's."""
    begun = time.monotonic()
    found = judge({"pattern": r"(a*)*\1b"}, '"' + "a" * 5_000 + 'c"')
    assert (found.outcome, found.reason) == (
        "broken",
        "a pattern of the schema was not done with $ of the reply",
    )
    assert judge({"pattern": "(a+)+$"}, '"' + "a" * 5_000 + 'c"').outcome == "failed"
    assert time.monotonic() - begun < 10


def test_what_is_too_deep_is_broken() -> None:
    """Neither a reply nor a schema of great depth brings the program down."""
    assert judge({"items": {"$ref": "#"}}, "[" * 900 + "]" * 900).outcome == "broken"
    assert judge({"items": {"$ref": "#"}}, "[" * 190 + "]" * 190).outcome == "passed"
    schema: dict[str, object] = {"type": "integer"}
    for _ in range(500):
        schema = {"items": schema}
    with pytest.raises(ValueError, match="nested too deep"):
        build("json-schema", schema)


def test_half_a_character_is_judged_too() -> None:
    """A lone surrogate, which models do emit, is read as a character that is none of those asked for."""
    assert judge({"pattern": "^x"}, '"\\ud83d"').outcome == "failed"
    assert judge({"type": "object"}, '{"\\ud83d": 1}').outcome == "passed"
    assert judge({"additionalProperties": {"type": "string"}}, '{"\\ud83d": 1}').outcome == "failed"
