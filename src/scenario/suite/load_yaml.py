"""Scenarios of YAML files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from scenario.suite.dataset import read_rows
from scenario.suite.placeholders import fill, fill_known, names_in
from scenario.suite.scenario import Scenario, refuse_same_names
from scenario.suite.schema import check_document
from scenario.suite.yaml_document import Document, Place, read_document
from scenario.suite.yaml_parts import Part, agent_of, criteria_of, judge_of, script_of, user_of

_PARTS: Final = ("agent", "user", "criteria", "script", "judge")
_SETTINGS: Final = ("max_turns", "tags", "trials", "min_pass_rate", "timeout", "agent_timeout")


def load_yaml(path: Path) -> list[Scenario]:
    """The scenarios of a YAML file, one for each row of those that have a data set.

    Args:
        path: The file; `docs/yaml-reference.md` says what it holds.

    Raises:
        ConfigError: It cannot be used; the text names the file, the line, and the way to mend it.
    """
    document = read_document(path)
    check_document(document)
    defaults = document.data.get("defaults", {})
    found = [
        made
        for index, data in enumerate(document.data["scenarios"])
        for made in _scenarios(document, ("scenarios", index), data, defaults)
    ]
    refuse_same_names(found)
    return found


@dataclass(frozen=True, slots=True)
class _Source:
    """What one scenario is made of: its own part of the file, the defaults, and a row.

    Attributes:
        document: The file.
        place: Where the scenario stands in it.
        data: What it says.
        defaults: What holds when it says nothing.
        row: The values of its placeholders.
        number: The number of the row in its data set, counted from 1.
    """

    document: Document
    place: Place
    data: Mapping[str, Any]
    defaults: Mapping[str, Any]
    row: Mapping[str, Any]
    number: int | None = None

    @property
    def name(self) -> str:
        """The name; rows whose names would be the same get their ``id``, or their number."""
        name = str(fill(self.data["name"], self.row, self.document.error, (*self.place, "name")))
        if self.number is None or name != self.data["name"]:
            return name
        return f"{name} [{self.row.get('id', self.number)}]"

    def part(self, key: str) -> Part | None:
        """What stands under a key, here or in the defaults, with the row filled in."""
        is_own = key in self.data
        if not is_own and key not in self.defaults:
            return None
        where: Place = (*self.place, key) if is_own else ("defaults", key)
        value: Any = self.data[key] if is_own else self.defaults[key]
        if key == "agent":  # it has placeholders of its own, for the conversation
            return Part(self.document, where, fill_known(value, self.row))
        return Part(self.document, where, fill(value, self.row, self.document.error, where))

    def text(self, key: str) -> str | None:
        """A text, or None where there is none."""
        found = self.part(key)
        return None if found is None else str(found.data)

    def scenario(self) -> Scenario:
        """The scenario.

        Raises:
            ConfigError: It cannot be made.
        """
        parts = {key: found for key in _PARTS if (found := self.part(key)) is not None}
        self._refuse_incomplete(parts)
        agent, endpoint, limit = agent_of(parts["agent"])
        criteria = criteria_of(parts["criteria"]) if "criteria" in parts else []
        agents = [agent, *([user_of(parts["user"])] if "user" in parts else [])]
        if criteria and "judge" in parts:
            agents.append(judge_of(parts["judge"], criteria))
        make = partial(
            Scenario,
            name=self.name,
            description=self.text("description") or "",
            agents=agents,
            script=script_of(parts["script"]) if "script" in parts else (),
            criteria=() if "judge" in parts else criteria,
            fields=self.row,
            set_id=self.text("set"),
            endpoint=endpoint,
            endpoint_limit=limit,
            source=f"{self.document.path}:{self.document.line(self.place)}",
            content=json.dumps({key: each.data for key, each in parts.items()}, default=str, sort_keys=True),
            **{key: found.data for key in _SETTINGS if (found := self.part(key)) is not None},
        )
        return Part(self.document, self.place, self.data).made(make)

    def _refuse_incomplete(self, parts: Mapping[str, Part]) -> None:
        name = self.data["name"]
        if "agent" not in parts:
            text = f"scenario {name!r} has no `agent`. Name one here or under `defaults`"
            raise self.document.error(text, self.place)
        if "criteria" not in parts and "script" not in parts:
            text = f"scenario {name!r} has nothing that decides. Add `criteria`, or a `script` with a check"
            raise self.document.error(text, self.place)


def _scenarios(
    document: Document, place: Place, data: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[Scenario]:
    given: Any = data.get("dataset")
    fields = dict(data.get("fields", {}))
    if given is None:
        yield _Source(document, place, data, defaults, fields).scenario()
        return
    rows = _rows(document, (*place, "dataset"), given)
    _refuse_same_ids(document, (*place, "dataset"), data["name"], rows)
    for number, row in enumerate(rows, 1):
        yield _Source(document, place, data, defaults, {**fields, **row}, number).scenario()


def _rows(document: Document, place: Place, given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, str):
        return given
    path = document.path.parent / given
    if not path.is_file():
        raise document.error(
            f"there is no data set {path}. Give the path of a file from the folder of this one", place
        )
    return read_rows(path)


def _refuse_same_ids(document: Document, place: Place, name: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse rows that are told apart by an ``id`` that several have."""
    if names_in(name):
        return  # the name itself tells them apart, or `refuse_same_names` says that it does not
    for each, count in Counter(str(row["id"]) for row in rows if "id" in row).items():
        if count > 1:
            raise document.error(
                f"{count} rows of the data set have the `id` {each!r}. Give each one of its own", place
            )
