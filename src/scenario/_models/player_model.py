"""The model of a player: which one, with which parameters, and one way to ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenario import _meter
from scenario._models.port import LanguageModel, ModelReply, ModelRequest
from scenario._tape import current_tape
from scenario._text import shorten
from scenario.cache import context_scenario
from scenario.config import ModelConfig, resolve
from scenario.errors import ModelError
from scenario.message_types import Message
from scenario.usage import ModelCall, Usage

__tracebackhide__ = True  # what requests hold is not shown in the tracebacks of people's tests


@dataclass(frozen=True)
class PlayerModel:
    """A language model as one player uses it.

    Attributes:
        model: The model.
        label: Its name for people, such as ``openai/gpt-4.1-mini``.
        temperature: Sampling temperature; None leaves it to the provider.
        max_tokens: The most tokens in a reply; None leaves it to the provider.
        extra: More parameters of each request.
        sample: Tells apart players, such as votes, that ask the same and want a reply each.
    """

    model: LanguageModel
    label: str
    temperature: float | None = None
    max_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    sample: int = 0

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        tool_choice: str | Mapping[str, Any] | None = None,
    ) -> ModelReply:
        """Ask the model, and report the call to the run.

        Args:
            messages: The chat messages.
            tools: Tool definitions.
            tool_choice: Which tool to call; see `ModelRequest`.

        Raises:
            ModelError: It could not be had, or refused.
            ReplayMissError: The run is replayed, and this call was not recorded.
        """
        request = ModelRequest(
            messages,
            tools,
            tool_choice,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            extra=self.extra,
        )
        try:
            reply = await self._complete(request)
        except ModelError as error:
            _meter.report(
                ModelCall(
                    error.model,
                    error.provider,
                    Usage(calls=1, unpriced_calls=1),
                    attempts=error.attempts,
                    request_id=error.request_id,
                    error=str(error),
                )
            )
            raise
        _meter.report(
            ModelCall(
                reply.model or self.label,
                reply.provider,
                reply.usage,
                reply.seconds,
                reply.attempts,
                reply.request_id,
            )
        )
        return reply

    async def _complete(self, request: ModelRequest) -> ModelReply:
        tape = current_tape.get()
        if tape is not None:
            from scenario._models import taped  # noqa: PLC0415 - only where there is a tape

            return await taped.complete(tape, self.model, self.label, request)
        running = context_scenario.get(None)
        if running is not None and running.config.cache_key:
            from scenario._models import cached  # noqa: PLC0415 - only where replies are remembered

            return await cached.complete(self.model, self.label, self.sample, request)
        return await self.model.complete(request)


def player_model(
    agent: str,
    model: str | ModelConfig | LanguageModel | None,
    *,
    api_base: str | None = None,
    api_key: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    extra: Mapping[str, Any] | None = None,
    default_temperature: float | None = 0.0,
) -> PlayerModel | None:
    """The model of a player: what it was given, else what `scenario.configure` and its like named.

    Nothing is imported or opened here, and no key is looked for before the first call.

    Args:
        agent: The player's class, for errors.
        model: A name such as ``openai/gpt-4.1-mini``, a `ModelConfig`, or an object with ``complete``.
        api_base: The address of the endpoint; before the one of a `ModelConfig`, as with all of these.
        api_key: Its key.
        temperature: Sampling temperature.
        max_tokens: The most tokens in a reply.
        extra: More parameters.
        default_temperature: Sampling temperature when nobody gave one; None leaves it to the provider.

    Returns:
        The model; None when no model is given or configured anywhere.

    Raises:
        TypeError: `model` is no model.
    """
    chosen: Any = resolve().default_model if model is None or model == "" else model
    if chosen is None or chosen == "":
        return None
    given: dict[str, Any] = dict(extra or {})
    if isinstance(chosen, ModelConfig):
        fields = chosen.model_fields_set
        given = {**(chosen.model_extra or {}), **given}
        api_base = chosen.api_base if api_base is None else api_base
        api_key = chosen.api_key if api_key is None else api_key
        max_tokens = chosen.max_tokens if max_tokens is None else max_tokens
        if temperature is None and "temperature" in fields:
            temperature = default_temperature = chosen.temperature
        chosen = chosen.model
    if temperature is None:
        temperature = default_temperature
    if isinstance(chosen, str):
        from scenario._models.named_model import NamedModel  # noqa: PLC0415 - a player without a model needs it not
        from scenario._models.settings import split  # noqa: PLC0415 - likewise

        settings, parameters = split(
            {**given, "api_base": api_base or given.get("api_base"), "api_key": api_key}
        )
        return PlayerModel(NamedModel(chosen, settings), chosen, temperature, max_tokens, parameters)
    if isinstance(chosen, LanguageModel) and not isinstance(chosen, type):
        return PlayerModel(chosen, type(chosen).__name__, temperature, max_tokens, given)
    raise TypeError(
        f"{agent}: model={shorten(repr(chosen), 80)} is no model. Give a name such as 'openai/gpt-4.1-mini', "
        "a scenario.ModelConfig, or an object with an asynchronous `complete`."
    )
