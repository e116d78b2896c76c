"""One judgement by one model, as states: what is asked next, and what a reply leads to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, assert_never

from scenario._judge import prompt
from scenario._judge.case import Case
from scenario._judge.discovery import look_up
from scenario._judge.reply import Continues, Looks, Reading, Unusable, Verdicts, read_reply
from scenario._judge.request import FINISH, choice_of, continue_tool, finish_tool, looking_tools, opening
from scenario._models.port import ModelReply
from scenario.message_types import Message

_NOT_TAKEN = "This call does not count."
_STOPPED = {
    "length": "Its last reply was cut off: allow more with max_tokens.",
    "content_filter": "The provider's content filter stopped its last reply: use another model.",
}
_USE_ANOTHER = "Use a model that calls tools reliably."


@dataclass(frozen=True)
class Asked:
    """What a model is asked.

    Attributes:
        messages: The chat messages.
        tools: The tools.
        tool_choice: Which of them to call.
    """

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]]
    tool_choice: str | Mapping[str, Any]


@dataclass(frozen=True)
class Ruling:
    """A verdict.

    Attributes:
        readings: What is decided, by the keys of the criteria.
        reasoning: The verdict as a whole.
        overall: What it says of the run, if it does.
        failing: How the judge failed to decide the rest, although it was asked again; empty when it did not.
    """

    readings: Mapping[str, Reading] = field(default_factory=dict[str, Reading])
    reasoning: str = ""
    overall: str = ""
    failing: str = ""


@dataclass(frozen=True)
class Hearing:
    """Where a judgement stands.

    Attributes:
        case: What is judged.
        messages: What was said between us and the model.
        steps: How often it may still look things up.
        only_verdict: Whether nothing but the verdict is asked for any more.
        known: What an incomplete verdict decided.
        problem: What was wrong with a reply, when the model has been asked again.
    """

    case: Case
    messages: tuple[Message, ...]
    steps: int = 0
    only_verdict: bool = False
    known: Verdicts | None = None
    problem: str = ""


Heard: TypeAlias = Hearing | Ruling | Continues


def begin(case: Case, system_prompt: str | None = None, steps: int = 0) -> Hearing:
    """The beginning of a judgement.

    Args:
        case: What is judged.
        system_prompt: People's own instructions, in the place of ours.
        steps: How often the judge may look things up.
    """
    steps = max(steps, 0) if case.may_look else 0
    return Hearing(
        case, opening(case, system_prompt, steps), steps, only_verdict=case.is_forced and not steps
    )


def ask(hearing: Hearing) -> Asked:
    """What the model is asked next."""
    case = hearing.case
    finish = finish_tool(case)
    if hearing.only_verdict:
        return Asked(hearing.messages, (finish,), choice_of(FINISH))
    looking = looking_tools(case) if hearing.steps else []
    return Asked(
        hearing.messages, (*looking, *(() if case.is_forced else (continue_tool(),)), finish), "required"
    )


def hear(hearing: Hearing, reply: ModelReply) -> Heard:
    """What a reply leads to: a verdict, the conversation going on, or the next question."""
    read = read_reply(reply, hearing.case)
    match read:
        case Verdicts():
            return _decided(hearing, reply, read)
        case Continues():
            if hearing.case.is_forced:
                return _again(
                    hearing, reply, f"The verdict is asked for now, so {FINISH} is the only answer."
                )
            return read
        case Looks():
            if hearing.steps:
                return _looked(hearing, reply, read)
            return _again(hearing, reply, "Nothing can be looked up any more.", only_verdict=True)
        case Unusable(problem):
            return _again(hearing, reply, problem)
        case _:
            assert_never(read)


def _decided(hearing: Hearing, reply: ModelReply, verdicts: Verdicts) -> Heard:
    known = hearing.known or Verdicts()
    readings = {**known.readings, **verdicts.readings}
    undecided = [key for key in hearing.case.criteria if key not in readings]
    if verdicts.problem and not hearing.problem:
        return _again(replace(hearing, known=verdicts), reply, verdicts.problem, only_verdict=True)
    failing = _failing(verdicts.problem, reply) if undecided and verdicts.problem else ""
    return Ruling(readings, verdicts.reasoning or known.reasoning, verdicts.overall or known.overall, failing)


def _again(hearing: Hearing, reply: ModelReply, problem: str, *, only_verdict: bool = False) -> Heard:
    """Ask once more, or make do with what is known."""
    if hearing.problem:
        known = hearing.known or Verdicts()
        undecided = any(key not in known.readings for key in hearing.case.criteria)
        failing = _failing(problem, reply) if undecided else ""
        return Ruling(known.readings, known.reasoning, known.overall, failing)
    answers = _answered(reply, {call.id: problem for call in reply.tool_calls})
    note = () if reply.tool_calls else (_user(problem),)
    return replace(
        hearing,
        messages=(*hearing.messages, *answers, *note),
        only_verdict=hearing.only_verdict or only_verdict,
        problem=problem,
    )


def _failing(problem: str, reply: ModelReply) -> str:
    """The same for people: how the judge failed, and what to do."""
    advice = _STOPPED.get(reply.finish_reason or "", _USE_ANOTHER)
    return (
        f"The judge's model did not answer as asked, though it was told what was wrong: “{problem}” {advice}"
    )


def _looked(hearing: Hearing, reply: ModelReply, looks: Looks) -> Hearing:
    found = {call.id: look_up(call, hearing.case) for call in looks.calls}
    steps = hearing.steps - 1
    note = () if steps else (_user(prompt.ENOUGH),)
    messages = (*hearing.messages, *_answered(reply, found), *note)
    return replace(hearing, messages=messages, steps=steps, only_verdict=hearing.only_verdict or not steps)


def _answered(reply: ModelReply, answers: Mapping[str, str]) -> list[Message]:
    """A reply, and what its calls came to, as the protocol wants them."""
    said: list[Message] = [reply.message] if reply.tool_calls or reply.content else []
    return said + [
        {"role": "tool", "tool_call_id": call.id, "content": answers.get(call.id, _NOT_TAKEN)}
        for call in reply.tool_calls
    ]


def _user(text: str) -> Message:
    return {"role": "user", "content": text}
