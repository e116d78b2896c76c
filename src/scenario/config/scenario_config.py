"""The settings of scenarios, and `configure`, which sets them for a process."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scenario.config.model import ModelConfig, ModelObject


class _Unset(Enum):
    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = _Unset.UNSET
"""Stands for "not given", where None has a meaning of its own."""

Unset: TypeAlias = Literal[_Unset.UNSET]
ReplayMode: TypeAlias = Literal["off", "auto", "record", "replay"]


def is_true(text: str) -> bool:
    """How an environment variable says yes: with anything but ``false``, ``0`` and nothing."""
    return text.lower() not in {"false", "0", ""}


def _headless_from_environment() -> bool:
    return is_true(os.environ.get("SCENARIO_HEADLESS", ""))


def _checked_rules(rules: list[Any] | None) -> list[Any] | None:
    for rule in rules or ():
        if isinstance(rule, str):
            try:
                re.compile(rule)
            except re.error as error:
                raise ValueError(f"{rule!r} is no regular expression: {error}") from error
        elif not isinstance(rule, re.Pattern) and not callable(rule):
            raise ValueError(f"{rule!r} is neither a regular expression nor a function")  # noqa: TRY004 - as pydantic wants
    return rules


class ScenarioConfig(BaseModel):
    """The settings of a scenario.

    Attributes:
        default_model: The model of simulated users and judges that name none.
        max_turns: The most turns of a run that proceeds by itself.
        verbose: Print the conversation; 2 puts the scenario's name on each line.
        cache_key: Names a set of cached results; None or empty is no caching.
        debug: Ask at the terminal before the simulated user speaks.
        headless: Nobody is there: ask nothing, open nothing.
        observability: What `setup_scenario_tracing` takes (``span_filter``, ``span_processors``,
            ``trace_exporter``, ``instrumentors``), and ``otlp`` and ``capture_message_content``.
        timeout: The most seconds a run may take; None is no limit.
        agent_timeout: The most seconds one call of an agent may take; None is no limit.
        redact: What else is a secret: regular expressions, as text or compiled, and functions from text to text.
        store: Where runs are stored: a path, a URL of PostgreSQL, or ``off``. None stores under pytest, beside the
            project, and nowhere else.
        replay: Whether calls of models, endpoints and `scenario.recorded` functions are recorded or replayed: ``off``
            or None; ``record``; ``replay``; or ``auto``, which replays what is recorded and records the rest.
        cassettes: The folder of the recordings; None is ``cassettes`` beside the test.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    default_config: ClassVar[ScenarioConfig | None] = None

    default_model: str | ModelConfig | ModelObject | None = None
    max_turns: int | None = 10
    verbose: bool | int | None = True
    cache_key: str | None = None
    debug: bool | None = False
    headless: bool | None = Field(default_factory=_headless_from_environment)
    observability: dict[str, Any] | None = None
    timeout: float | None = Field(default=None, gt=0)
    agent_timeout: float | None = Field(default=None, gt=0)
    redact: Annotated[list[Any] | None, AfterValidator(_checked_rules)] = None
    store: str | Path | None = None
    replay: ReplayMode | None = None
    cassettes: str | Path | None = None

    @classmethod
    def configure(
        cls,
        default_model: str | ModelConfig | ModelObject | Unset | None = UNSET,
        max_turns: int | Unset | None = UNSET,
        verbose: bool | int | Unset | None = UNSET,
        cache_key: str | Unset | None = UNSET,
        debug: bool | Unset | None = UNSET,
        headless: bool | Unset | None = UNSET,
        observability: dict[str, Any] | Unset | None = UNSET,
        *,
        timeout: float | Unset | None = UNSET,
        agent_timeout: float | Unset | None = UNSET,
        redact: Sequence[str | re.Pattern[str] | Callable[[str], str]] | Unset | None = UNSET,
        store: str | Path | Unset | None = UNSET,
        replay: ReplayMode | Unset | None = UNSET,
        cassettes: str | Path | Unset | None = UNSET,
    ) -> None:
        """Set defaults for every scenario of this process.

        What is given replaces what was configured before; what is not given stays. None is a value as
        well, and clears the setting, whatever a variable or a file says: no model, no key, no limit, off.

        Args:
            default_model: The model of simulated users and judges that name none.
            max_turns: The most turns of a run that proceeds by itself.
            verbose: Print the conversation; 2 puts the scenario's name on each line.
            cache_key: Names a set of cached results.
            debug: Ask at the terminal before the simulated user speaks.
            headless: Nobody is there: ask nothing, open nothing.
            observability: What `setup_scenario_tracing` takes.
            timeout: The most seconds a run may take.
            agent_timeout: The most seconds one call of an agent may take.
            redact: What else is a secret wherever something is written or sent: regular expressions, as text or
                compiled, whose matches are replaced, and functions from text to text.
            store: Where runs are stored: a path, a URL of PostgreSQL, or ``off``.
            replay: ``off``, ``record``, ``replay``, or ``auto``, which replays what is recorded and records the rest.
            cassettes: The folder of the recordings.

        Raises:
            pydantic.ValidationError: A value has the wrong type; nothing is changed.
        """
        given: dict[str, Any] = {
            "default_model": default_model,
            "max_turns": max_turns,
            "verbose": verbose,
            "cache_key": cache_key,
            "debug": debug,
            "headless": headless,
            "observability": observability,
            "timeout": timeout,
            "agent_timeout": agent_timeout,
            "redact": redact,
            "store": store,
            "replay": replay,
            "cassettes": cassettes,
        }
        current = cls.default_config.explicit() if cls.default_config is not None else {}
        changed = {name: value for name, value in given.items() if value is not UNSET}
        ScenarioConfig.default_config = ScenarioConfig(**{**current, **changed})

    def explicit(self) -> dict[str, Any]:
        """The settings that somebody gave, None among them, and none of the defaults."""
        return {name: self.__dict__[name] for name in self.model_fields_set}

    def merge(self, other: ScenarioConfig) -> ScenarioConfig:
        """A new config: this one's settings, overridden by those that `other` was given, except None."""
        overriding = {name: value for name, value in other.explicit().items() if value is not None}
        return ScenarioConfig(**{**self.explicit(), **overriding})

    def items(self) -> dict[str, Any]:
        """The settings that are not None, by name."""
        return {name: value for name, value in self.__dict__.items() if value is not None}
