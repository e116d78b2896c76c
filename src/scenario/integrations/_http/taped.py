"""Calls of endpoints on tape: what is asked and answered as plain data, without headers, cookies and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

from scenario._models.io_loop import io_loop
from scenario._redaction import MARK, bare_address
from scenario._tape import JSON, RECORD_ANEW, CallKind, Tape, TapedCall
from scenario._text import as_text
from scenario.errors import CassetteError
from scenario.integrations._http.exchange import Answered, Asked, exchange
from scenario.integrations._http.reading import decode
from scenario.integrations._http.sessions import Session
from scenario.integrations._http.streams import Event

_SESSION: Final = "<session>"
_SHORT: Final = 6


async def on_tape(tape: Tape, asked: Asked, request: Mapping[str, JSON], session: Session | None) -> Answered:
    """Ask an endpoint by way of a tape.

    Args:
        tape: The tape.
        asked: The request.
        request: The same, as it is recorded.
        session: Where the endpoint names its session, if it does.

    Raises:
        EndpointError: The request was made, and there was no usable answer.
        ReplayMissError: The request was not recorded.
        CassetteError: What was recorded is no answer.
    """
    made: list[Answered] = []

    async def perform() -> JSON:
        made.append(await io_loop().run(exchange(asked)))
        return answer_data(made[0], session)

    data = await tape.play(TapedCall(CallKind.ENDPOINT, request), perform)
    return made[0] if made else answer_of(data, session)


def told(method: str, template: str, url: str, body: Any) -> dict[str, JSON]:
    """A request as it is recorded.

    Headers are left out. Of the parameters that stand in the address once and for all, long ones could be keys, so they
    become marks.

    Args:
        method: The HTTP method.
        template: The address before its placeholders were filled.
        url: The address.
        body: The body, before it is encoded.
    """
    fixed = set(parse_qsl(urlsplit(template).query, keep_blank_values=True))
    parameters = {
        name: MARK if (name, value) in fixed and len(value) >= _SHORT else value
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
    }
    request: dict[str, JSON] = {"method": method, "url": bare_address(url)}
    return (
        request
        | ({"parameters": parameters} if parameters else {})
        | ({} if body is None else {"body": body})
    )


def answer_data(answered: Answered, session: Session | None) -> dict[str, JSON]:
    """An answer as data. That it names a session in a header or a cookie is kept, and not which."""
    data: dict[str, JSON] = {"status": answered.status, "seconds": round(answered.seconds, 3)}
    if answered.attempts != 1:
        data["attempts"] = answered.attempts
    if session is not None and session.path is None:
        named = session.found(lambda _: None, answered.headers, answered.cookies)
        data |= {} if named is None else {"session": _SESSION}
    if answered.events:
        data["events"] = [{"name": event.name, "data": decode(event.data)} for event in answered.events]
    else:
        data["body"] = decode(answered.body)
    return data


def answer_of(data: JSON, session: Session | None) -> Answered:
    """The answer that data stands for.

    Raises:
        CassetteError: It stands for none.
    """
    try:
        fields = cast("Mapping[str, Any]", data)
        events = tuple(Event(each["name"], as_text(each["data"])) for each in fields.get("events", ()))
        given = session if "session" in fields else None
        headers = {given.header.lower(): _SESSION} if given is not None and given.header else {}
        cookies = {given.cookie: _SESSION} if given is not None and given.cookie else {}
        body = "" if "events" in fields else as_text(fields["body"])
        return Answered(
            fields["status"], headers, cookies, body, events, fields["seconds"], fields.get("attempts", 1)
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise CassetteError(
            f"A recorded answer of an endpoint cannot be read: {error!r}. {RECORD_ANEW}", path=""
        ) from error
