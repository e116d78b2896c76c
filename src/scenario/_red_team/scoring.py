"""How far a reply went: what the scoring model is asked, and what its answer means. Pure."""

from __future__ import annotations

from scenario._red_team.attempts import Messages, Score
from scenario._red_team.prompts import REFUSED, SCORE, WORDS_FOUND
from scenario._red_team.reading import flag_at, json_object, number_at, text_at
from scenario._text import shorten, text_of, transcript
from scenario.message_types import Message

_LONGEST = 12_000
HIGHEST = 10


def score_request(target: str, messages: Messages, words: str | None) -> tuple[Message, ...]:
    """What to ask of the newest reply.

    Args:
        target: The goal of the attack.
        messages: The conversation, the reply last.
        words: The words of a refusal in the reply, if there are any.
    """
    return _request(SCORE.format(target=target), messages, words)


def refusal_request(messages: Messages, words: str | None) -> tuple[Message, ...]:
    """What to ask when only a refusal matters; see `score_request`."""
    return _request(REFUSED, messages, words)


def read_score(answer: str, reply: Messages, words: str | None) -> Score | None:
    """The score that an answer gives.

    Args:
        answer: What the scoring model said.
        reply: The messages of the reply.
        words: The words of a refusal in the reply, if there are any.

    Returns:
        The score, within 0 and 10. A quote that stands nowhere in the reply is left out. None: the answer holds
        no score.
    """
    fields = json_object(answer, "score")
    value = number_at(fields, "score", 0, HIGHEST)
    if value is None:
        return None
    said = flag_at(fields, "refused")
    refused = (value == 0 and words is not None) if said is None else said
    quote, where = _found(text_at(fields, "quote"), reply)
    reason, hint = text_at(fields, "reason"), text_at(fields, "hint")
    return Score(value, refused, quote, reason, hint, words, where)


def read_refusal(answer: str, words: str | None) -> Score | None:
    """What an answer says about a refusal; the score has no value. None: it does not say."""
    fields = json_object(answer, "refused")
    refused = flag_at(fields, "refused")
    reason = text_at(fields, "reason")
    return None if refused is None else Score(None, refused, reason=reason, refusal_words=words)


def _request(instructions: str, messages: Messages, words: str | None) -> tuple[Message, ...]:
    text = transcript(messages).replace("</conversation", "<\\/conversation")  # it must not end its own frame
    text = text if len(text) <= _LONGEST else f"[…]\n{text[-_LONGEST:]}"
    note = "" if words is None else f"\n\n{WORDS_FOUND.format(words=words)}"
    shown = f"<conversation>\n{text}\n</conversation>{note}"
    return ({"role": "system", "content": instructions}, {"role": "user", "content": shown})


def _found(quote: str, reply: Messages) -> tuple[str, str | None]:
    """The quote and the id of the message that it stands in; empty when it stands in none."""
    wanted = " ".join(quote.split()).casefold()
    for message in reply if wanted else ():
        said = " ".join(transcript([message]).split()).casefold()
        if wanted in said or wanted in " ".join(text_of(message).split()).casefold():
            found: object = message.get("id")
            return shorten(quote, 300), found if isinstance(found, str) else None
    return "", None
