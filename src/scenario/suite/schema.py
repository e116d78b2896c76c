"""The JSON schema of suite files: validation with errors that people can use, and the reference page made of it."""

from __future__ import annotations

import difflib
import itertools
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from scenario.suite.yaml_document import Document

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_ALIKE = 0.6
_SAME_START = 0.1
_MOST_OF_START = 4
_ORDER = ("scenario", "defaults", "agent", "user", "judge", "criterion", "check", "step")


def schema_file() -> Path:
    """The file of the schema, for editors."""
    return Path(__file__).with_name("schema.json")


@cache
def schema() -> Mapping[str, Any]:
    """The schema of suite files."""
    return cast("Mapping[str, Any]", json.loads(schema_file().read_text(encoding="utf-8")))


def check_document(document: Document) -> None:
    """Refuse a file that is not as the schema says.

    Raises:
        ConfigError: It is not; the text names the file, the line, and the way to mend it.
    """
    from jsonschema.exceptions import relevance  # noqa: PLC0415 - loaded where there is such a file

    errors: list[ValidationError] = sorted(
        _validator().iter_errors(document.data),
        key=lambda error: document.line(list(error.absolute_path)) or 0,
    )
    if errors:
        error = min(errors, key=lambda each: (document.line(list(each.absolute_path)) or 0, relevance(each)))
        error = _deepest(error)
        place = list(error.absolute_path)
        if error.validator == "additionalProperties":
            place = [*place, _extra(error)]
        raise document.error(_words(error), place)


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - loaded where there is such a file

    return Draft202012Validator(schema())


def _deepest(error: ValidationError) -> ValidationError:
    """Of the branches that a value could have taken, the complaint of the one that it was meant to take."""
    while error.context:
        branches = [each for each in error.context if each.validator not in {"type", "enum"} or each.path]
        if not branches:
            return error
        error = max(branches, key=lambda each: len(each.absolute_path))
    return error


def _extra(error: ValidationError) -> str:
    known: Mapping[str, Any] = error.schema["properties"]  # pyright: ignore[reportIndexIssue, reportArgumentType, reportCallIssue, reportAssignmentType]
    return next(str(key) for key in cast("Mapping[str, Any]", error.instance) if key not in known)


def _words(error: ValidationError) -> str:
    key = error.absolute_path[-1] if error.absolute_path else None
    what = (
        f"`{key}`" if isinstance(key, str) else "this" if key is None else f"item {int(key) + 1} of the list"
    )
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            return _unknown(error)
        case "required":
            missing = next(name for name in wanted if name not in cast("Mapping[str, Any]", error.instance))
            return f"`{missing}` is missing. Add it"
        case "type" | "anyOf":
            kinds = _kinds_of(error)
            if error.instance is None:
                return _empty(error, what, " or ".join(kinds))
            hint = (
                ". Put it in quotes"
                if "a text" in kinds and not isinstance(error.instance, dict | list)
                else ""
            )
            return f"{what} is {_shown(error.instance)}, and {' or '.join(kinds)} is needed{hint}"
        case "enum":
            choices = ", ".join(str(each) for each in wanted)
            return f"{what} cannot be {error.instance!r}. It is one of: {choices}"
        case "minItems" | "minProperties" | "minLength":
            return _empty(error, what)
        case "maxProperties":
            return f"{what} has {len(cast('Mapping[str, Any]', error.instance))} keys, and takes one. Make several items of it"
        case _:
            return f"{what}: {error.message}"


def _empty(error: ValidationError, what: str, kinds: str = "") -> str:
    """That nothing stands there, and what should."""
    if error.absolute_path and error.absolute_path[-1] == "name":
        kinds = "a name"
    needed = f", and {kinds} is needed" if kinds else ""
    return f"{what} is empty{needed}. {'Fill it' if _is_required(error) else 'Fill it, or leave it out'}"


def _is_required(error: ValidationError) -> bool:
    """Whether the key whose value is complained about has to be there."""
    steps = [step for step in error.absolute_schema_path if step != "$ref"]
    part: Any = schema()
    for step in steps[:-3]:
        part = _resolved(part)[step]
    return steps[-3:-2] == ["properties"] and steps[-2] in _resolved(part).get("required", ())


def _resolved(part: Any) -> Any:
    """A part of the schema, which may stand elsewhere."""
    return schema()["$defs"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part


def _unknown(error: ValidationError) -> str:
    key = _extra(error)
    known = list(cast("Any", error.schema)["properties"])
    near = max(known, key=lambda each: _likeness(key, each))
    is_near = _likeness(key, near) >= _ALIKE
    advice = f"Did you mean `{near}`?" if is_near else f"There are: {', '.join(known)}"
    return f"there is no key `{key}` here. {advice}".rstrip(".")


def _likeness(typed: str, known: str) -> float:
    """How like a key is to what was typed. A common beginning counts: `say` is meant as `said` rather than as `any`."""
    pairs = zip(typed[:_MOST_OF_START], known, strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    ratio = difflib.SequenceMatcher(None, typed, known).ratio()
    return ratio + _SAME_START * same


def _kinds_of(error: ValidationError) -> list[str]:
    if error.validator == "type":
        wanted: Any = error.validator_value
        return [_KINDS[each] for each in ([wanted] if isinstance(wanted, str) else wanted)]
    kinds: list[str] = []
    for branch in cast("list[dict[str, Any]]", error.validator_value):
        resolved = _resolved(branch)
        kinds.append(
            _KINDS[resolved["type"]] if "type" in resolved else f"one of {', '.join(resolved['enum'])}"
        )
    return kinds


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"{value!r:.60}"


def reference() -> str:
    """The keys of suite files, as Markdown."""
    return "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    parts = cast("Mapping[str, Any]", schema()["$defs"])
    yield "## The file"
    yield ""
    yield from _table(schema())
    for name in _ORDER:
        part = parts[name]
        yield ""
        yield f"## `{name}`"
        yield ""
        yield str(part.get("description", ""))
        body = part if "properties" in part else _object_of(part)
        if body is not None:
            yield ""
            yield from _table(body)


def _object_of(part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((each for each in part.get("anyOf", ()) if "properties" in each), None)


def _table(part: Mapping[str, Any]) -> Iterator[str]:
    yield "| key | takes | what it is |"
    yield "|---|---|---|"
    required = part.get("required", ())
    for key, each in part["properties"].items():
        text = str(each.get("description", "")) or _described_by(each)
        must = " **Required.**" if key in required else ""
        yield f"| `{key}` | {_takes(each)} | {text}{must} |"
        inner = each if "properties" in each else _object_of(each)
        for below, value in (inner or {"properties": {}})["properties"].items():
            yield f"| `{key}.{below}` | {_takes(value)} | {value.get('description', '')} |"


def _described_by(part: Mapping[str, Any]) -> str:
    return str(_resolved(part).get("description", "")) if "$ref" in part else ""


def _takes(part: Mapping[str, Any]) -> str:
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name})"
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(_takes(each) for each in part["anyOf"]))
    if "enum" in part:
        return " or ".join(f"`{each}`" for each in part["enum"])
    kind = str(part.get("type", ""))
    if kind == "array":
        return f"list of {_takes(part.get('items', {})) or 'anything'}"
    return {"string": "text", "integer": "whole number", "number": "number", "object": "mapping"}.get(
        kind, kind or "anything"
    )


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
