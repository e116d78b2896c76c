"""JSON Schemas of the answers, made of the types that make the answers. Source of the form: JSON Schema 2020-12."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from typing_extensions import get_original_bases

_PLACE: Final = "#/components/schemas/{model}"
_ATTRIBUTES: Final = re.compile(r"\n\s*Attributes:\n")
_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.+(?:\n      +.+)*)", re.MULTILINE)
_NONE: Final = re.compile(r"\bNone\b")


class _AsAnswered(GenerateJsonSchema):
    """An answer tells every field of a row, those with a default too. JSON in a text stays one. What is inherited is explained."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        return field["type"] != "typed-dict-field" or super().field_is_required(field, total)

    def json_schema(self, schema: Any) -> JsonSchemaValue:
        content = super().json_schema(schema)
        return {"type": "string", "contentMediaType": "application/json", "contentSchema": content}

    def typed_dict_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().typed_dict_schema(schema)
        for base in get_original_bases(schema["cls"]) if "cls" in schema else ():
            found = {**found, "properties": _explained(found["properties"], str(base.__doc__))}
        return found


def schemas_of(kinds: Iterable[Any]) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The schemas of some types: each type's own, and the parts that they refer to, by name.

    The docstrings say what a type and its attributes are.

    Args:
        kinds: The types.
    """
    adapters: list[tuple[int, JsonSchemaMode, TypeAdapter[Any]]] = [
        (number, "serialization", TypeAdapter(kind)) for number, kind in enumerate(kinds)
    ]
    own, defined = TypeAdapter.json_schemas(adapters, ref_template=_PLACE, schema_generator=_AsAnswered)
    parts: Mapping[str, Any] = defined.get("$defs", {})
    told = [dict(own[number, "serialization"]) for number, *_ in adapters]
    return told, {name: explained(part) for name, part in sorted(parts.items())}


def explained(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema whose description is a docstring, with the parts of that docstring where they belong. Pure."""
    doc = str(schema.get("description", ""))
    about = _line(_ATTRIBUTES.split(inspect.cleandoc(doc), maxsplit=1)[0])
    found = {name: value for name, value in schema.items() if name != "description"}
    if about:
        found["description"] = about
    if "properties" in found:
        found["properties"] = _explained(found["properties"], doc)
    return found


def _explained(properties: Mapping[str, Any], doc: str) -> dict[str, Any]:
    """Properties, with what a docstring says of each as an attribute."""
    _, *rest = _ATTRIBUTES.split(inspect.cleandoc(doc), maxsplit=1)
    told = {name: {"description": _line(text)} for name, text in _ATTRIBUTE.findall("".join(rest))}
    return {
        name: {**{key: item for key, item in value.items() if key != "title"}, **told.get(name, {})}
        for name, value in properties.items()
    }


def _line(text: str) -> str:
    return _NONE.sub("null", " ".join(text.split()))
