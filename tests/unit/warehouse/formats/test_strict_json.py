"""JSON is read as its standard has it: what two readers could take for two things is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warehouse.formats.strict_json import JsonMisread, read_json


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.5, None, True]}, [], "Ærø", "🙂", -0.0, 10**30, {"a": {"a": 1}}, "\\ud800"]
)
def test_plain_json_is_read_as_python_reads_it(value: Any) -> None:
    for written in (json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(value, indent=1)):
        assert read_json(written) == value
        assert read_json(written.encode()) == value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ('[{"b": {"a": 1, "c": 2, "a": 1}}]', "the key 'a' stands twice"),
        ('{"a": 1, "\\u0061": 2}', "the key 'a' stands twice"),
        ("NaN", "NaN, Infinity or"),
        ("[-Infinity]", "NaN, Infinity or"),
        ("[1e999]", "beyond all that can be kept"),
        ("[+5]", "Expecting value"),
        ("[007]", "delimiter"),
        ("[5.]", "delimiter"),
        ("[.5]", "Expecting value"),
        ('["\\ud800"]', r"half a sign \(\\ud800\)"),
        ('{"\\uDC00": 1}', r"half a sign \(\\udc00\)"),
        ("[" * 100_000, "too deep"),
        ("", "Expecting value"),
        ("{} x", "Extra data"),
        (b'"\xff"', "decode"),
    ],
)
def test_what_json_does_not_know_is_refused(written: str | bytes, said: str) -> None:
    with pytest.raises(JsonMisread, match=said):
        read_json(written)
