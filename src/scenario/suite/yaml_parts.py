"""From the parts of a suite file to agents, users, criteria and steps."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, cast
from urllib.parse import urlsplit

import scenario.script as steps
from scenario.agent_adapter import AgentAdapter, agent_from
from scenario.checks import Check
from scenario.errors import ConfigError, ScenarioError
from scenario.suite.load_python import find_object
from scenario.suite.placeholders import fill_variables
from scenario.suite.scenario import AgentGiven
from scenario.suite.yaml_document import Document, Place
from scenario.types import Criterion, ScriptStep

_WITHOUT_KEYS = ("concurrency", "args")
_ONE_OF = ("python", "url", "model")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file whose placeholders are filled in.

    Attributes:
        document: The file.
        place: Where the part stands.
        data: What it says.
    """

    document: Document
    place: Place
    data: Any

    def below(self, key: str | int) -> Part:
        """A part of this part."""
        return Part(self.document, (*self.place, key), self.data[key])

    def error(self, text: str) -> Exception:
        """The error for something in it."""
        return self.document.error(text, self.place)

    def object(self, reference: str) -> Any:
        """What a reference to Python code names.

        Raises:
            ConfigError: It names nothing.
        """
        try:
            return find_object(reference, folder=self.document.path.parent)
        except ScenarioError as error:
            raise self.error(str(error).rstrip(".")) from error

    def made(self, make: Callable[[], Any]) -> Any:
        """What a function of the library makes; its complaint names the place.

        Raises:
            ConfigError: It refused.
        """
        try:
            return make()
        except ConfigError as error:
            if error.source.startswith(str(self.document.path)):
                raise  # it names a place already, further inside
            raise self.error(str(error).rstrip(".")) from error
        except (ScenarioError, ValueError, TypeError) as error:
            raise self.error(str(error).rstrip(".")) from error


def agent_of(part: Part) -> tuple[AgentGiven, str, int | None]:
    """The agent under test, the endpoint that it needs, and how many trials may use that at once."""
    if isinstance(part.data, str):
        return _python_agent(part, part.data, {}), "", None
    kinds = [key for key in _ONE_OF if key in part.data]
    if len(kinds) != 1:
        raise part.error("an agent has one of `python`, `url` and `model`")
    settings: dict[str, Any] = fill_variables(part.data, os.environ, lambda text, _: part.error(text))
    limit = settings.get("concurrency")
    if "python" in settings:
        made = _python_agent(part, settings["python"], settings.get("args", {}))
        return made, settings["python"] if limit else "", limit
    options = {key: value for key, value in settings.items() if key not in _WITHOUT_KEYS}
    if "url" in settings:
        return _http_agent(part, options), urlsplit(settings["url"]).netloc, limit
    from scenario.integrations.chat import ChatAgent  # noqa: PLC0415 - loaded where there is such an agent

    return part.made(partial(ChatAgent, options.pop("model"), **options)), str(settings["model"]), limit


def user_of(part: Part) -> AgentGiven:
    """The user."""
    from scenario.scripted_user_agent import Goal, ScriptedUserAgent  # noqa: PLC0415 - loaded where there is one

    if isinstance(part.data, str):
        return part.made(partial(ScriptedUserAgent, part.data))
    data: dict[str, Any] = fill_variables(part.data, os.environ, lambda text, _: part.error(text))
    kinds = [key for key in ("says", "persona", "python") if key in data]
    if len(kinds) != 1:
        raise part.error("a user has one of `says`, `persona` and `python`")
    if "python" in data:
        return _python_agent(part, data["python"], data.get("args", {}))
    if "says" in data:
        opening = data.pop("says")
        goals = [Goal(**goal) if isinstance(goal, Mapping) else goal for goal in data.pop("goals", ())]
        return part.made(partial(ScriptedUserAgent, opening, goals=goals, **data))
    from scenario._simulator.persona import Persona  # noqa: PLC0415 - likewise
    from scenario.user_simulator_agent import UserSimulatorAgent  # noqa: PLC0415 - likewise

    persona = data.pop("persona")
    if isinstance(persona, Mapping):
        persona = part.made(partial(Persona, **cast("dict[str, Any]", persona)))
    part.made(partial(UserSimulatorAgent, persona=persona, **data))  # so that what is wrong is told at once
    return lambda: UserSimulatorAgent(persona=persona, **data)


def judge_of(part: Part, criteria: Sequence[Criterion]) -> AgentGiven:
    """The judge that decides by these criteria."""
    from scenario.judge_agent import JudgeAgent  # noqa: PLC0415 - loaded where there is one

    options: dict[str, Any] = fill_variables(part.data, os.environ, lambda text, _: part.error(text))
    part.made(
        partial(JudgeAgent, criteria=list(criteria), **options)
    )  # so that what is wrong is told at once
    return lambda: JudgeAgent(criteria=list(criteria), **options)


def criteria_of(part: Part) -> list[Criterion]:
    """Criteria: texts and checks."""
    return [
        item if isinstance(item, str) else check_of(part.below(index)) for index, item in enumerate(part.data)
    ]


def check_of(part: Part) -> Check:
    """A check."""
    data: Mapping[str, Any] = part.data
    kinds = [key for key in data if key not in {"name", "args"}]
    if len(kinds) != 1:
        raise part.error("a check has one key that says what is checked, and perhaps `name`")
    (kind,) = kinds
    check: Check = part.made(lambda: _check(part, kind, data))
    return check.named(str(data["name"])) if "name" in data else check


def _check(part: Part, kind: str, data: Mapping[str, Any]) -> Check:
    from scenario import checks  # noqa: PLC0415 - the public names, each loaded on first use

    value: Any = data[kind]
    match kind:
        case "said" | "never_said":
            make = checks.said if kind == "said" else checks.never_said
            return (
                make(value)
                if isinstance(value, str)
                else make(value["pattern"], by=value.get("by", "assistant"))
            )
        case "tool_called" | "never_called":
            call = checks.tool_called if kind == "tool_called" else checks.never_called
            return call(value) if isinstance(value, str) else call(value["tool"], value.get("args"))
        case "called_in_order":
            return checks.called_in_order(*value)
        case "call_count":
            return checks.call_count(**value)
        case "all" | "any":
            parts = [check_of(part.below(kind).below(index)) for index in range(len(value))]
            return reduce(lambda one, other: one & other if kind == "all" else one | other, parts)
        case "not":
            return ~check_of(part.below(kind))
        case "python":
            return _python_check(part, value, data.get("args", {}))
        case "replied_within":
            return checks.replied_within(value)
        case "turns_at_most":
            return checks.turns_at_most(value)
        case "ended":
            return checks.ended(value)
        case _:
            return checks.json_reply(value)


def _python_check(part: Part, reference: str, args: Mapping[str, Any]) -> Check:
    from scenario import checks  # noqa: PLC0415 - the public names, each loaded on first use

    found: Any = part.object(reference)
    if isinstance(found, Check):
        return found
    if not callable(found):
        raise part.error(f"{reference} is neither a function of the state nor a check")
    shown = ", ".join(f"{name}={value!r}" for name, value in args.items())
    name = f"{reference.rpartition(':')[2]}({shown})"
    return checks.state(partial(found, **args), name=name)


def script_of(part: Part) -> list[ScriptStep]:
    """The steps of a script."""
    return [_step(part.below(index)) for index in range(len(part.data))]


def _step(part: Part) -> ScriptStep:
    data: Any = part.data
    if isinstance(data, str):
        bare: Mapping[str, Callable[[], ScriptStep]] = {
            "user": steps.user,
            "agent": steps.agent,
            "judge": steps.judge,
            "proceed": steps.proceed,
            "succeed": steps.succeed,
            "fail": steps.fail,
        }
        return bare[data]()
    ((kind, value),) = data.items()
    if kind == "judge":
        return part.made(lambda: steps.judge(criteria_of(part.below("judge"))))
    if kind == "check":
        return check_of(part.below("check"))
    if kind == "python":
        return cast("ScriptStep", part.object(value))
    makers: Mapping[str, Callable[[Any], ScriptStep]] = {
        "user": steps.user,
        "agent": steps.agent,
        "proceed": steps.proceed,
        "succeed": steps.succeed,
        "fail": steps.fail,
        "message": steps.message,
    }
    return part.made(lambda: makers[kind](value))


def _http_agent(part: Part, options: dict[str, Any]) -> AgentGiven:
    from scenario.integrations.http import HttpAgent, Session  # noqa: PLC0415 - loaded where there is such an agent

    if "session" in options:
        options["session"] = part.made(partial(Session, **options["session"]))
    return part.made(partial(HttpAgent, options.pop("url"), **options))


def _python_agent(part: Part, reference: str, args: Mapping[str, Any]) -> AgentGiven:
    found: Any = part.object(reference)
    if isinstance(found, AgentAdapter):
        return found
    if not callable(found):
        raise part.error(f"{reference} is neither an agent nor a function")
    made: Any = partial(found, **args) if args else found
    if not isinstance(found, type) and _takes_conversation(found, args):
        return agent_from(made, name=reference.rpartition(":")[2])
    return made


def _takes_conversation(function: Callable[..., Any], args: Mapping[str, Any]) -> bool:
    """Whether a function is an agent itself: it needs one more argument, and that is not the trial."""
    parameters = inspect.signature(function).parameters.values()
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    needed = [
        each
        for each in parameters
        if each.kind in positional and each.default is inspect.Parameter.empty and each.name not in args
    ]
    return len(needed) == 1 and needed[0].name != "trial"
