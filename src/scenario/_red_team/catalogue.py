"""Catalogues of goals: data that people can read, filter and extend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

from scenario._red_team.goals import AttackGoal, Severity
from scenario._text import shorten
from scenario.errors import ConfigError

_FIELDS: Final = frozenset(field.name for field in fields(AttackGoal))
_LISTS: Final = ("owasp_llm", "owasp_agentic", "atlas")
_TEXTS: Final = ("id", "goal", "category")

OWASP_LLM: Final[Mapping[str, str]] = {
    "LLM01": "Prompt Injection",
    "LLM02": "Sensitive Information Disclosure",
    "LLM03": "Supply Chain",
    "LLM04": "Data and Model Poisoning",
    "LLM05": "Improper Output Handling",
    "LLM06": "Excessive Agency",
    "LLM07": "System Prompt Leakage",
    "LLM08": "Vector and Embedding Weaknesses",
    "LLM09": "Misinformation",
    "LLM10": "Unbounded Consumption",
}
"""The OWASP Top 10 for LLM Applications, 2025."""

OWASP_AGENTIC: Final[Mapping[str, str]] = {
    "ASI01": "Agent Goal Hijack",
    "ASI02": "Tool Misuse and Exploitation",
    "ASI03": "Identity and Privilege Abuse",
    "ASI04": "Agentic Supply Chain Vulnerabilities",
    "ASI05": "Unexpected Code Execution",
    "ASI06": "Memory and Context Poisoning",
    "ASI07": "Insecure Inter-Agent Communication",
    "ASI08": "Cascading Failures",
    "ASI09": "Human-Agent Trust Exploitation",
    "ASI10": "Rogue Agents",
}
"""The OWASP Top 10 for Agentic Applications, 2026."""


@dataclass(frozen=True)
class Catalogue:
    """Goals of attacks, each with an id of its own.

    Attributes:
        goals: The goals.
    """

    goals: tuple[AttackGoal, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """The kinds of harm, in their order."""
        return tuple(dict.fromkeys(goal.category for goal in self.goals))

    def only(self, *places: str) -> Catalogue:
        """The goals of some categories or of some entries of OWASP or ATLAS.

        Args:
            places: Categories, or ids such as ``LLM06``, ``ASI01``, ``AML.T0051``, which stands for its parts as well.

        Raises:
            KeyError: No goal has one of them.
        """
        for place in places:
            if not any(_is_at(goal, place) for goal in self.goals):
                known = ", ".join(self.categories)
                raise KeyError(f"no goal of the catalogue is at {place!r}; its categories are {known}")
        return Catalogue(tuple(goal for goal in self.goals if any(_is_at(goal, place) for place in places)))

    def __getitem__(self, goal_id: str) -> AttackGoal:
        for goal in self.goals:
            if goal.id == goal_id:
                return goal
        raise KeyError(
            f"no goal of the catalogue has the id {goal_id!r}; there are {', '.join(goal.id for goal in self)}"
        )

    def __iter__(self) -> Iterator[AttackGoal]:
        return iter(self.goals)

    def __contains__(self, goal: object) -> bool:
        """Whether a goal, or one with this id, is in it."""
        return any(goal in {each, each.id} for each in self.goals)

    def __len__(self) -> int:
        return len(self.goals)

    def __add__(self, other: Catalogue) -> Catalogue:
        """Both; a goal of the other one takes the place of one with the same id."""
        return Catalogue(tuple({goal.id: goal for goal in (*self.goals, *other.goals)}.values()))


@cache
def catalogue() -> Catalogue:
    """The goals that come with the library."""
    text = files("scenario._red_team").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return parse_catalogue(text, "catalogue.yaml")


def load_catalogue(path: str | Path) -> Catalogue:
    """The goals of a YAML file: a list of mappings with the fields of `AttackGoal`.

    Args:
        path: The file, in UTF-8.

    Raises:
        ConfigError: It cannot be read, or is no catalogue; the text names the file and the entry.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The catalogue {path} cannot be read: {error}. Name a file of YAML in UTF-8.", source=str(path)
        ) from error
    return parse_catalogue(text, str(path))


def parse_catalogue(text: str, source: str) -> Catalogue:
    """The goals in a YAML text; see `load_catalogue`.

    Args:
        text: The text.
        source: Where it is from, for errors.
    """
    import yaml  # noqa: PLC0415 - only where a catalogue is read

    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(
            f"{source} is no YAML: {shorten(str(error), 200)}. Look at the indentation there.", source=source
        ) from error
    if not isinstance(data, list) or not data:
        raise ConfigError(f"{source} is no catalogue: write a list of goals.", source=source)
    goals = [_goal(entry, number, source) for number, entry in enumerate(cast("list[Any]", data), 1)]
    ids = [goal.id for goal in goals]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise ConfigError(f"{source}: two goals have the id {twice!r}. Give each its own.", source=source)
    return Catalogue(tuple(goals))


def _goal(entry: Any, number: int, source: str) -> AttackGoal:
    if not isinstance(entry, Mapping):
        raise _refused(source, number, "it is no mapping of fields")
    given = dict(cast("Mapping[str, Any]", entry))
    unknown = sorted(str(name) for name in given if name not in _FIELDS)
    if unknown:
        raise _refused(
            source, number, f"there is no field {unknown[0]!r}; there are {', '.join(sorted(_FIELDS))}"
        )
    for name in _TEXTS:
        if (name in given or name != "category") and not (isinstance(given.get(name), str) and given[name]):
            raise _refused(source, number, f"`{name}` is a text")
    for name in _LISTS:
        given[name] = _texts(given.get(name, ()), name, number, source)
    try:
        given["severity"] = Severity(given.get("severity", Severity.MEDIUM))
    except ValueError:
        names = ", ".join(severity.value for severity in Severity)
        raise _refused(source, number, f"`severity` is one of {names}") from None
    return AttackGoal(**given)


def _texts(value: Any, name: str, number: int, source: str) -> tuple[str, ...]:
    items = cast("Sequence[Any]", value)
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise _refused(source, number, f"`{name}` is a list of texts")
    if any(not isinstance(item, str) for item in items):
        raise _refused(source, number, f"`{name}` is a list of texts")
    return tuple(items)


def _refused(source: str, number: int, problem: str) -> ConfigError:
    return ConfigError(f"{source}, goal {number}: {problem}.", source=source)


def _is_at(goal: AttackGoal, place: str) -> bool:
    ids = (*goal.owasp_llm, *goal.owasp_agentic, *goal.atlas)
    return place in {goal.category, *ids} or any(each.startswith(f"{place}.") for each in ids)
