"""A server on loopback that speaks OpenAI's two protocols, with replies from a list."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from scenario._models.port import ModelReply
from scenario.testing._chat_wire import chunks, completion, error_body
from scenario.testing._responses_wire import events, response
from scenario.testing._wire import Answer, HangUp, ReceivedRequest, Streamed
from scenario.testing.loopback import Delayed, LoopbackServer, wait_until
from scenario.testing.scripted_model import CallIds, ScriptedModel, as_reply


@dataclass(frozen=True)
class Refusal:
    """An error in a model's place, with a body as OpenAI writes it.

    Attributes:
        status: The HTTP status.
        message: What is wrong.
        param: The parameter that is not accepted.
        code: The provider's word for it.
        retry_after: Seconds after which to try again, as a header.
        headers: More headers.
    """

    status: int
    message: str = "This is a scripted error."
    param: str | None = None
    code: str | None = None
    retry_after: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class BrokenStream:
    """A streamed reply whose connection breaks in the middle. To a request without a stream: no answer at all.

    Attributes:
        reply: The reply.
        after: How many of its chunks arrive. The first one says who speaks, each other brings a word.
    """

    reply: str | ModelReply | Mapping[str, Any]
    after: int


PlainReply: TypeAlias = (
    str | ModelReply | Mapping[str, Any] | Refusal | BrokenStream | Delayed | Answer | Streamed | HangUp
)
ServerReply: TypeAlias = PlainReply | Callable[[Any], PlainReply | Awaitable[PlainReply]]
Condition: TypeAlias = Callable[[Any], bool]


@dataclass
class _Script:
    """Replies to the requests that a condition holds for."""

    replies: list[ServerReply]
    default: ServerReply | None
    when: Condition | None = None

    def next(self) -> ServerReply | None:
        return self.replies.pop(0) if self.replies else self.default


class ModelServer(LoopbackServer):
    """A model's provider on loopback: OpenAI's chat completions and Responses, with scripted replies.

    It answers ``POST …/chat/completions`` and ``POST …/responses`` (with or without ``/v1``, under an Azure
    deployment's path too), whole or as a stream, as the request asks, and ``GET …/models``.

    Args:
        replies: Its answers, one for each request; see `reply_with`.
        default: The answer to every request after those. None: such a request gets status 400.
        models: The models that it lists.
        port: The port; 0 takes a free one.
        keep: The most requests to keep; None keeps all.

    Example:
        >>> with ModelServer("Hello!", default="I have said all.") as server:
        ...     settings = {"base_url": server.base_url, "api_key": "none"}
    """

    call = staticmethod(ScriptedModel.call)

    def __init__(
        self,
        *replies: ServerReply,
        default: ServerReply | None = None,
        models: tuple[str, ...] = ("scripted",),
        port: int = 0,
        keep: int | None = None,
    ) -> None:
        super().__init__(self._respond, port=port, keep=keep)
        self._models = models
        self._number = 0
        self._ids = CallIds()
        self._script = _Script(list(replies), default)
        self._special: list[_Script] = []

    @property
    def base_url(self) -> str:
        """The address that an OpenAI client takes."""
        return f"{self.url}/v1"

    def reply_with(
        self,
        *replies: ServerReply,
        default: ServerReply | None = None,
        model: str | None = None,
        when: Condition | None = None,
    ) -> None:
        """Set what the server answers from now on.

        Args:
            replies: One for each request: text, a `ModelReply`, a mapping (a chat message if it has a ``role``,
                else content as JSON), a `Refusal`, `BrokenStream`, `Delayed` or `HangUp`, an `Answer` or
                `Streamed` to be sent as it is, or a function of the request's body that returns one of these.
                A function is called on the server's thread, so it must not block; it may be asynchronous.
            default: The answer to every request after those.
            model: Only for requests to this model.
            when: Only for requests whose body this function says yes to.

        Replies for some requests only go before those for all. Of several that fit, the one set last counts.
        """
        script = _Script(list(replies), default, _both(model, when))
        if script.when is None:
            self._script = script
        else:
            self._special.insert(0, script)

    async def _respond(self, request: ReceivedRequest) -> Answer | Streamed | HangUp:
        if request.method == "GET" and request.path.endswith("/models"):
            listed = [
                {"id": name, "object": "model", "created": 0, "owned_by": "scripted"} for name in self._models
            ]
            return Answer({"object": "list", "data": listed})
        dialect = next((each for each in _DIALECTS if request.path.endswith(each.path)), None)
        if request.method != "POST" or dialect is None:
            return _refused(
                Refusal(404, f"There is nothing at {request.method} {request.path}.", code="not_found")
            )
        body: Any = request.body
        if not isinstance(body, dict) or not cast("dict[str, Any]", body).get(dialect.asks_in):
            return _refused(Refusal(400, f"The request has no {dialect.asks_in}.", param=dialect.asks_in))
        self._number += 1
        return await _sent(
            self._next(body), _Call(dialect, cast("dict[str, Any]", body), self._number, self._ids)
        )

    def _next(self, body: Any) -> ServerReply:
        fits = (script for script in self._special if script.when is not None and script.when(body))
        reply = next(fits, self._script).next()
        if reply is not None:
            return reply
        text = "The scripted replies of this ModelServer are used up. Give it another reply, or a `default`."
        return Refusal(400, text, code="no_reply_left")


def _both(model: str | None, when: Condition | None) -> Condition | None:
    if model is None:
        return when
    return lambda body: body.get("model") == model and (when is None or when(body))


@dataclass(frozen=True)
class _Dialect:
    """One of OpenAI's two protocols.

    Attributes:
        path: How its addresses end.
        asks_in: The field of a request that holds the conversation.
        whole: A reply as a body.
        pieces: A reply as the data of a stream's events.
        last: What ends a stream.
    """

    path: str
    asks_in: str
    whole: Callable[[ModelReply, Mapping[str, Any], int], dict[str, Any]]
    pieces: Callable[[ModelReply, Mapping[str, Any], int], Iterable[dict[str, Any]]]
    last: tuple[str, ...]


_DIALECTS = (
    _Dialect("/chat/completions", "messages", completion, chunks, ("[DONE]",)),
    _Dialect("/responses", "input", response, events, ()),
)


@dataclass(frozen=True)
class _Call:
    """A request for a reply."""

    dialect: _Dialect
    body: Mapping[str, Any]
    number: int
    ids: CallIds

    def whole(self, reply: ModelReply) -> Answer:
        body = self.dialect.whole(self.ids.unique(reply), self.body, self.number)
        return Answer(body, headers={"x-request-id": f"req_{self.number}"})

    def streamed(self, reply: ModelReply, after: int | None = None) -> Streamed:
        pieces = list(self.dialect.pieces(self.ids.unique(reply), self.body, self.number))
        if after is not None:
            return Streamed.events(*pieces[:after], breaks=True)
        return Streamed.events(*pieces, *self.dialect.last)


async def _sent(reply: ServerReply, call: _Call) -> Answer | Streamed | HangUp:
    while callable(reply) or isinstance(reply, Delayed):
        if isinstance(reply, Delayed):
            await wait_until(reply.until)
            reply = cast("ServerReply", reply.reply)
        else:
            made = reply(call.body)
            reply = await made if inspect.isawaitable(made) else made
    is_stream = bool(call.body.get("stream"))
    match reply:
        case Answer() | Streamed() | HangUp():
            return reply
        case Refusal():
            return _refused(reply)
        case BrokenStream():
            return call.streamed(as_reply(reply.reply), reply.after) if is_stream else HangUp()
        case _:
            return call.streamed(as_reply(reply)) if is_stream else call.whole(as_reply(reply))


def _refused(refusal: Refusal) -> Answer:
    kind = {
        400: "invalid_request_error",
        401: "authentication_error",
        404: "not_found_error",
        429: "rate_limit_error",
    }
    headers = dict(refusal.headers)
    if refusal.retry_after is not None:
        headers["Retry-After"] = f"{refusal.retry_after:g}"
    body = error_body(refusal.message, kind.get(refusal.status, "server_error"), refusal.param, refusal.code)
    return Answer(body, refusal.status, headers)
