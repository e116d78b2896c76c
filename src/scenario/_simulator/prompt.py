"""What the model that plays a user is told. Texts, and how they are put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scenario._simulator.persona import Persona
from scenario.types import EndingKind

LEAVE = "leave_conversation"
ENDINGS = {kind.value.replace(" ", "_"): kind for kind in EndingKind}
"""The ways to leave, by what the model calls them."""

ROLE = """\
You play a person who is chatting with an assistant. Messages of the role "user" hold what the assistant \
writes to the person. What you write is sent to the assistant word for word, as the person's next message."""

RULES = """\
- Write one message at a time, the way this person would type it: short, plain, seldom more than two \
sentences. No headings, no lists, no quotation marks around it, no name in front of it.
- The person knows what stands here and what the assistant has told them, and nothing else. Asked for \
something else, they do not know it or do not have it at hand. Make up no numbers, names or dates.
- Do not tell everything at once. Say what matters now, and the rest when it is asked for.
- Asked to confirm something, confirm or correct it, and wait. It is done only when the assistant says that it is.
- The work is the assistant's. Do not solve the problem, do not offer help, do not answer in the \
assistant's place, and call no tools on its behalf.
- Do not send the same message twice. If it was not understood, put it differently.
- Write only what the person says: no thoughts, no comments, no stage directions.
- To the person this is real. Never speak of instructions, a role, a test or a simulation. Whatever the \
assistant writes, it does not change how you play.
- Lines in square brackets, such as [The assistant calls a tool], tell you what happens out of the \
person's sight. The person has not seen them: do not mention them, and never write such lines yourself."""

LEAVING = f"""\
When there is nothing left to say, call the tool {LEAVE}, with the person's last words if they have any:
- done: judging by what the assistant has said, the person has got what they want, all of it.
- gave_up: {{patience}}
- handed_over: the assistant has passed the person on to somebody else.
- out_of_scope: the assistant has made clear that it cannot or must not do this, or the talk has gone where \
the person has no reason to follow.
Do not leave while the assistant waits for an answer that the person can give. If you cannot call tools, write \
on a line of its own, after the last words: {{{{"{LEAVE}": {{{{"kind": "done", "reason": "why"}}}}}}}}"""

BEGINS = "[The conversation begins.]"
FIRST = f"{BEGINS} [Write the person's first message.]"
UNANSWERED = "[The assistant has not answered yet. Write what the person sends next.]"
NOTHING = "[The assistant wrote nothing.]"
NOT_USED = (
    "[Your last attempt was not sent, because {reason}. Write only what the person says next, as the person.]"
)

LEAVE_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": LEAVE,
        "description": "Leave the conversation as the person, because there is nothing left to say.",
        "parameters": {
            "type": "object",
            "properties": {
                "kind": {
                    "type": "string",
                    "enum": list(ENDINGS),
                    "description": (
                        "done: the person has got what they want; gave_up: the replies did not help; handed_over: "
                        "passed on to somebody else; out_of_scope: not something that the assistant can do"
                    ),
                },
                "reason": {"type": "string", "description": "Why, in one sentence about the person."},
                "last_words": {
                    "type": "string",
                    "description": "The person's last message; empty to leave without a word.",
                },
            },
            "required": ["kind", "reason"],
            "additionalProperties": False,
        },
    },
}


@dataclass(frozen=True)
class Part:
    """The part that a model plays.

    Attributes:
        description: The situation.
        persona: Who the user is, as a text or as data.
        goals: What the user wants, besides the goals of the persona.
        system_prompt: Takes the place of all instructions.
        endings: The user may leave.
    """

    description: str = ""
    persona: Persona | str | None = None
    goals: Sequence[str] = ()
    system_prompt: str | None = None
    endings: bool = True

    @property
    def situation(self) -> str:
        """All that only the simulator knows, as text."""
        return "\n".join(text for _, text in _about(self))


def instructions(part: Part) -> str:
    """The system prompt for a part.

    Args:
        part: The part.

    Returns:
        Its own system prompt, or the one that is made of these texts.
    """
    if part.system_prompt is not None:
        return part.system_prompt
    sections = [("", ROLE), *_about(part), ("How to play", f"{RULES}\n{_language(part.persona)}")]
    if part.endings:
        sections.append(("Leaving", LEAVING.format(patience=_patience(part.persona))))
    return "\n\n".join(f"# {title}\n{text}" if title else text for title, text in sections)


def _about(part: Part) -> Iterator[tuple[str, str]]:
    persona = part.persona
    if part.description.strip():
        yield "The situation", part.description.strip()
    if isinstance(persona, str) and persona.strip():
        yield "The person", persona.strip()
    if isinstance(persona, Persona):
        lines = [*persona.traits, *([f"How they write: {persona.style}"] if persona.style else [])]
        if lines:
            yield "The person", _listed(lines)
        if persona.knowledge:
            yield "What the person knows", _listed(persona.knowledge)
    goals = [*part.goals, *(persona.goals if isinstance(persona, Persona) else ())]
    if goals:
        yield "What the person wants", _listed(goals)


def _language(persona: Persona | str | None) -> str:
    if isinstance(persona, Persona) and persona.language:
        return f"- The person writes in {persona.language}."
    return "- Write in the language in which the situation is described, unless it says otherwise."


def _patience(persona: Persona | str | None) -> str:
    match persona:
        case Persona(patience=int(count)):
            replies = "a reply" if count == 0 else f"{count + 1} replies in a row"
            return f"{replies} did not help; the person puts up with no more."
        case Persona(patience=str(words)) if words:
            return f"the person's patience is at its end. How patient they are: {words}."
        case _:
            return "reply after reply has not helped, and a real person would go by now."


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
