"""The form of manifest.json: its schema, this package's reader and the C++ reader take and refuse the same documents.

tests/data/manifests holds a manifest of each kind, and cases.json. The document of a case is a manifest (`of`) with
`from` replaced by `to`, or padded with spaces at the end; or a `text`, `bytes`, or a text that is `repeated`. A case
that is not `valid` says what the document `breaks` ("syntax", "schema", or the rule that a "graph file" is in `files`)
and which words the message must have. csrc/host/tests/format/test_manifest_vectors.cpp reads the same cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from kokoro_fast import config
from kokoro_fast.artifact import manifest
from kokoro_fast.artifact.manifest import read_manifest
from kokoro_fast.artifact.strict_json import Unfit, load
from kokoro_fast.errors import WeightsError

Case = dict[str, Any]

DATA = next(folder / "data" for folder in Path(__file__).parents if (folder / "data" / "manifests").is_dir())
VECTORS = DATA / "manifests"
CASES: list[Case] = json.loads((VECTORS / "cases.json").read_text("utf-8"))
SCHEMA = json.loads((files("kokoro_fast.artifact") / "manifest.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
APPLICATORS = ("properties", "propertyNames", "items", "not", "anyOf", "additionalProperties")
NO_RULES = ("$schema", "$defs", "$ref", "title", "description")


def document(case: Case) -> bytes:
    if "bytes" in case:
        return bytes(case["bytes"])
    if "repeated" in case:
        return str(case["repeated"] * case["times"]).encode()
    if "text" in case:
        return str(case["text"]).encode()
    text = (VECTORS / f"{case['of']}.json").read_text("utf-8")
    if "from" in case:
        assert text.count(case["from"]) == 1
        text = text.replace(case["from"], case["to"])
    return text.encode().ljust(case.get("padded_to", 0))


def cases(breaks: str | None = None) -> list[Case]:
    return [case for case in CASES if case.get("breaks") == breaks]


def schema_errors(case: Case) -> list[ValidationError]:
    return list(VALIDATOR.iter_errors(load(document(case))))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_reader(case: Case, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(document(case))
    if case["valid"]:
        read_manifest(tmp_path)
        return
    with pytest.raises(WeightsError) as caught:
        read_manifest(tmp_path)
    said = str(caught.value)
    assert said.isprintable()
    assert "manifest.json: " in said
    assert "; rebuild it with: kokoro-fast export " in said
    assert [words for words in case["error"] if words not in said] == [], said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_schema(case: Case) -> None:
    if case.get("breaks") == "syntax":
        if "padded_to" in case:
            assert len(document(case)) > 1 << 20
        else:
            with pytest.raises(Unfit):
                load(document(case))
    else:
        assert (schema_errors(case) != []) == (case.get("breaks") == "schema")


def test_the_cases_are_well_formed() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert {case.get("breaks") for case in CASES} == {None, "syntax", "schema", "graph file"}
    for case in CASES:
        assert case["valid"] == ("breaks" not in case) == ("error" not in case), case["name"]
        assert all(case.get("error", ["words"])), case["name"]
    accepted = {json.loads(document(case))["kind"] for case in cases()}
    assert accepted == set(manifest.KINDS)


# The schema itself


def rules(schema: Any) -> Iterator[tuple[str, str]]:
    """Every rule that a document can break, with its value. `not` and `anyOf` are one rule each."""
    for name, value in schema.items():
        if name not in NO_RULES + APPLICATORS or name in ("not", "anyOf") or value is False:
            yield from ((name, json.dumps(item)) for item in (value if name == "required" else [value]))
        if name in ("properties", "$defs"):
            for inner in value.values():
                yield from rules(inner)
        elif name in ("items", "propertyNames", "additionalProperties") and value is not False:
            yield from rules(value)


def broken_rules(error: ValidationError) -> Iterator[tuple[str, str]]:
    value = error.validator_value
    if error.validator == "required":
        value = [name for name in value if name not in error.instance]
        yield from (("required", json.dumps(name)) for name in value)
    else:
        yield str(error.validator), json.dumps(value)
    for inner in error.context or ():
        yield from broken_rules(inner)


def test_every_rule_is_broken_by_a_case() -> None:
    broken = {rule for case in cases("schema") for error in schema_errors(case) for rule in broken_rules(error)}
    assert set(rules(SCHEMA)) - broken == set()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_field_has_a_description() -> None:
    objects = [SCHEMA, *SCHEMA["$defs"].values()]
    fields = [field for one in objects for field in one.get("properties", {}).items()]
    assert len(fields) == 15 + 2 + 4 + 4
    assert [name for name, field in fields if not field.get("description", "").endswith(".")] == []
    assert all(one["description"].endswith(".") for one in objects)
    assert all(one["additionalProperties"] is False for one in objects if "properties" in one)


def test_the_schema_has_the_constants_of_the_model() -> None:
    constants = {name: field["const"] for name, field in SCHEMA["properties"].items() if "const" in field}
    assert constants == {
        "format": manifest.FORMAT,
        "device": "cpu",
        "sample_rate": config.SAMPLE_RATE,
        "samples_per_frame": config.SAMPLES_PER_FRAME,
        "max_symbols": config.MAX_SYMBOLS,
    }
    assert SCHEMA["properties"]["kind"]["enum"] == list(manifest.KINDS)


def test_what_is_written_is_valid(tmp_path: Path) -> None:
    for kind in manifest.KINDS:
        (tmp_path / "manifest.json").write_bytes(document({"of": kind}))
        read_manifest(tmp_path).write(tmp_path)
        content = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
        assert content == json.loads(document({"of": kind}))
        assert list(content) == list(SCHEMA["properties"]) == SCHEMA["required"]
        assert list(VALIDATOR.iter_errors(content)) == []
