"""Calls of models on tape: requests and replies as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, cast

from scenario._models.port import LanguageModel, ModelReply, ModelRequest, ToolCall
from scenario._models.settings import split
from scenario._redaction import register_secret
from scenario._tape import JSON, RECORD_ANEW, CallKind, Tape, TapedCall
from scenario.errors import CassetteError
from scenario.usage import Usage

_EMPTY = ModelReply(usage=Usage())


async def complete(tape: Tape, model: LanguageModel, label: str, request: ModelRequest) -> ModelReply:
    """Ask a model by way of a tape.

    Args:
        tape: The tape.
        model: The model.
        label: Its name.
        request: What is asked.

    Raises:
        ModelError: The call was made, and the model could not be had.
        ReplayMissError: The call was not recorded.
        CassetteError: What was recorded is no reply.
    """
    _tell_of_key(model)
    made: list[ModelReply] = []

    async def perform() -> JSON:
        made.append(await model.complete(request))
        return reply_data(made[0])

    data = await tape.play(TapedCall(CallKind.MODEL, request_data(label, request)), perform)
    return made[0] if made else reply_of(data)


def request_data(label: str, request: ModelRequest) -> dict[str, JSON]:
    """A request as data: what is asked, and nothing of how the call is made."""
    _, more = split(request.extra)
    asked: dict[str, JSON] = {"model": label, "messages": list(request.messages)}
    said = {
        "tools": list(request.tools) or None,
        "tool_choice": request.tool_choice if request.tools else None,
        "response_format": request.response_format,
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
    }
    return asked | {name: value for name, value in {**said, **more}.items() if value is not None}


def reply_data(reply: ModelReply) -> dict[str, JSON]:
    """A reply as data: what is not as it always is."""
    data: dict[str, JSON] = {
        field.name: value
        for field in fields(ModelReply)
        if (value := cast("Any", vars(reply))[field.name]) != vars(_EMPTY)[field.name]
    }
    if reply.tool_calls:
        data["tool_calls"] = [asdict(call) for call in reply.tool_calls]
    data["usage"] = {name: value for name, value in asdict(reply.usage).items() if value}
    data["seconds"] = round(reply.seconds, 3)
    return data


def reply_of(data: JSON) -> ModelReply:
    """The reply that data stands for.

    Raises:
        CassetteError: It stands for none.
    """
    try:
        given = dict(cast("Mapping[str, Any]", data))
        calls = tuple(ToolCall(**call) for call in given.pop("tool_calls", ()))
        return ModelReply(tool_calls=calls, usage=Usage(**given.pop("usage", {})), **given)
    except (TypeError, ValueError, AttributeError) as error:
        raise CassetteError(
            f"A recorded reply of a model cannot be read: {error}. {RECORD_ANEW}", path=""
        ) from error


def _tell_of_key(model: LanguageModel) -> None:
    """Have the model's own key known as a secret, also where no call is made."""
    from scenario._models.named_model import NamedModel  # noqa: PLC0415 - it is loaded already where it is used

    if isinstance(model, NamedModel):
        register_secret(model.settings.api_key)
