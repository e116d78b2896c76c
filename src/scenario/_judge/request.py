"""What a judge's model is sent: the prompt, and the tools. Pure."""

from __future__ import annotations

from typing import Any, Final

from scenario._judge import prompt
from scenario._judge.case import Case
from scenario._judge.transcript import numbered, outline
from scenario.message_types import Message
from scenario.types import CriterionStatus

CONTINUE, FINISH = "continue_test", "finish_test"
EXPAND_TRACE, GREP_TRACE = "expand_trace", "grep_trace"
EXPAND_TRANSCRIPT, GREP_TRANSCRIPT = "expand_transcript", "grep_transcript"
LOOKING: Final = frozenset({EXPAND_TRACE, GREP_TRACE, EXPAND_TRANSCRIPT, GREP_TRANSCRIPT})


def opening(case: Case, system_prompt: str | None, steps: int) -> tuple[Message, ...]:
    """The messages that a judgement begins with.

    Args:
        case: What is judged.
        system_prompt: People's own instructions, in the place of ours.
        steps: How often the judge may look things up.
    """
    sections = [
        _section("situation", case.description),
        *(_section("context", context) for context in case.context),
        _section("criteria", "\n".join(f"{key}: {_one_line(text)}" for key, text in case.criteria.items())),
        _section("conversation", _conversation(case) or prompt.NOTHING_SAID),
        _section("spans", case.digest_outline if case.digest_outline is not None else case.digest),
        _turn(case),
    ]
    if steps > 0 and case.may_look:
        names = " and ".join(tool["function"]["name"] for tool in looking_tools(case))
        sections.append(prompt.LOOK.format(tools=names, steps=steps))
    sections.append(prompt.FORCED if case.is_forced else prompt.GOES_ON)
    return (
        {"role": "system", "content": prompt.SYSTEM if system_prompt is None else system_prompt},
        {"role": "user", "content": "\n\n".join(section for section in sections if section)},
    )


def finish_tool(case: Case) -> dict[str, Any]:
    """The tool by which a judge gives its verdict."""
    verdicts = {key: _verdict(text) for key, text in case.criteria.items()}
    fields = {
        "reasoning": {"type": "string", "description": prompt.REASONING},
        "criteria": {**_object(verdicts), "description": prompt.CRITERIA},
    }
    return _tool(FINISH, prompt.FINISH, fields, strict=True)


def continue_tool() -> dict[str, Any]:
    """The tool by which a judge lets the conversation go on."""
    return _tool(CONTINUE, prompt.CONTINUE, {})


def looking_tools(case: Case) -> list[dict[str, Any]]:
    """The tools by which a judge looks into what its prompt shows in outline."""
    pattern = {"pattern": {"type": "string", "description": prompt.PATTERN}}
    tools: list[dict[str, Any]] = []
    if case.digest_outline is not None:
        ids = {"span_ids": _list({"type": "string"}, prompt.SPAN_IDS)}
        tools += [
            _tool(EXPAND_TRACE, prompt.EXPAND_TRACE, ids),
            _tool(GREP_TRACE, prompt.GREP_TRACE, pattern),
        ]
    if case.is_long:
        indices = {"indices": _list({"type": "integer"}, prompt.INDICES)}
        tools += [
            _tool(EXPAND_TRANSCRIPT, prompt.EXPAND_TRANSCRIPT, indices),
            _tool(GREP_TRANSCRIPT, prompt.GREP_TRANSCRIPT, pattern),
        ]
    return tools


def choice_of(tool: str) -> dict[str, Any]:
    """The choice of one tool."""
    return {"type": "function", "function": {"name": tool}}


def _conversation(case: Case) -> str:
    return outline(case.messages) if case.is_long else numbered(case.messages)


def _turn(case: Case) -> str:
    of = f" of at most {case.max_turns}" if case.max_turns is not None else ""
    return f"This is turn {case.turn + 1}{of}."


def _section(name: str, text: str) -> str:
    """A part of the prompt between tags, which nothing in it can close."""
    closed = text.strip().replace(f"</{name}", f"<\\/{name}")
    return f"<{name}>\n{closed}\n</{name}>" if closed else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _verdict(criterion: str) -> dict[str, Any]:
    place = {
        "message": {"type": "integer", "description": prompt.MESSAGE},
        "quote": {"type": "string", "description": prompt.QUOTE},
    }
    fields = {
        "reasoning": {"type": "string", "description": prompt.WHY},
        "evidence": _list(_object(place), prompt.EVIDENCE),
        "status": {
            "type": "string",
            "enum": [status.value for status in CriterionStatus],
            "description": prompt.STATUS,
        },
    }
    return {**_object(fields), "description": criterion}


def _tool(name: str, description: str, fields: dict[str, Any], *, strict: bool = False) -> dict[str, Any]:
    function = {"name": name, "description": description, "parameters": _object(fields)}
    return {"type": "function", "function": {**function, **({"strict": True} if strict else {})}}


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}
