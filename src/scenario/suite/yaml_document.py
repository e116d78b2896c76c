"""A YAML file as plain data, with the line of everything in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from scenario.errors import ConfigError
from scenario.suite.dataset import read_text

Place: TypeAlias = tuple[str | int, ...]
"""Keys and positions that lead to a value."""

MOST_BYTES: Final = 5_000_000
_MOST_VALUES: Final = 200_000
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read.

    Attributes:
        path: The file.
        data: What it holds.
        lines: The line of each key and of each item of a list, counted from 1.
    """

    path: Path
    data: Any
    lines: dict[Place, int] = field(default_factory=dict[Place, int])

    def line(self, place: Sequence[str | int]) -> int | None:
        """The line of a value, or of the nearest thing around it that is known."""
        for length in range(len(place), -1, -1):
            found = self.lines.get(tuple(place[:length]))
            if found is not None:
                return found
        return None

    def error(self, text: str, place: Sequence[str | int] = ()) -> ConfigError:
        """The error for something at a place, with its file and line."""
        line = self.line(place)
        where = f"{self.path}" if line is None else f"{self.path}, line {line}"
        return ConfigError(f"{where}: {text}{'' if text.endswith('?') else '.'}", source=where)


def read_document(path: Path) -> Document:
    """Read a YAML file. Nothing in it is executed.

    Raises:
        ConfigError: It cannot be read, or is no YAML.
    """
    import yaml  # noqa: PLC0415 - loaded where there is such a file

    text = read_text(path, MOST_BYTES)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _no_yaml(path, error) from error
    except RecursionError as error:
        raise ConfigError(f"{path}: it is nested too deeply.", source=str(path)) from error
    document = Document(path, None)
    if root is None:
        raise document.error("it is empty. `scenario init` writes a first file")
    return Document(path, _Reading(document).value(root, ()), document.lines)


def _no_yaml(path: Path, error: Any) -> ConfigError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)  # of PyYAML's errors
    where = str(path) if mark is None else f"{path}, line {mark.line + 1}"
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return ConfigError(
        f"{where}: it is no YAML: {problem}. Look at the indentation, and put texts with : or # in quotes.",
        source=where,
    )


class _Reading:
    """Makes plain data of the nodes of a file, and notes where they stand."""

    def __init__(self, document: Document) -> None:
        import yaml  # noqa: PLC0415 - loaded where there is such a file

        self._document = document
        self._yaml = yaml
        self._maker = yaml.SafeLoader("")
        self._count = 0

    def value(self, node: Any, place: Place) -> Any:
        self._count += 1
        lines, yaml = self._document.lines, self._yaml
        lines.setdefault(place, node.start_mark.line + 1)
        if self._count > _MOST_VALUES or len(place) > _DEEPEST:
            raise self._document.error("it is too large or nested too deeply to be read. Split it", place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        return self._scalar(node, place)

    def _mapping(self, node: Any, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, self._yaml.ScalarNode):
                self._document.lines[(*place, "?")] = line
                raise self._document.error("a key must be a text", (*place, "?"))
            key = str(key_node.value)
            if key in found:
                self._document.lines[(*place, key)] = line
                raise self._document.error(f"the key {key!r} stands there twice", (*place, key))
            self._document.lines[(*place, key)] = line
            found[key] = self.value(value_node, (*place, key))
        return found

    def _scalar(self, node: Any, place: Place) -> Any:
        if node.tag.endswith(":timestamp"):
            return str(node.value)
        try:
            value = self._maker.construct_object(node)
            json.dumps(value, allow_nan=False)
        except (self._yaml.YAMLError, TypeError, ValueError) as error:
            text = f"{node.value!r} is no value that can be used here. Put it in quotes if it is a text"
            raise self._document.error(text, place) from error
        return value
