"""A language model behind an OpenAI-compatible endpoint as the agent under test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from scenario._models.checked import check_names, check_text
from scenario.agent_adapter import AgentAdapter
from scenario.errors import EndpointError, ModelRequiredError
from scenario.integrations._tools import Tool, ToolGiven, answer_call, tools_of
from scenario.message_types import Message
from scenario.types import AgentInput, AgentReturnTypes

if TYPE_CHECKING:
    from scenario._models.player_model import PlayerModel
    from scenario._models.port import LanguageModel, ModelReply
    from scenario.config import ModelConfig

__all__ = ["ChatAgent"]


class ChatAgent(AgentAdapter):
    """A language model as the agent under test: any endpoint that speaks OpenAI's chat completions.

    Args:
        model: The model, such as ``openai/gpt-4.1-mini``, a `ModelConfig`, or a `LanguageModel`. None takes the
            configured default.
        api_base: The endpoint's address.
        api_key: The endpoint's key.
        system_prompt: What stands before the conversation.
        tools: What the model may call: functions (their name, docstring and parameters tell the model what they
            are), definitions (``{"type": "function", …}``), or pairs of a definition and a function. Functions are
            called, and the model is asked again; a call of a definition alone ends the agent's reply.
        temperature: Sampling temperature; None leaves it to the provider.
        max_tokens: The most tokens in a reply; None leaves it to the provider.
        max_rounds: How often the model may call tools before it answers.
        name: The name in reports.
        extra: More parameters of each request.

    Raises:
        ValueError: A tool cannot be used.
        ConfigError: A parameter is misspelt, or `system_prompt` is no text.
    """

    def __init__(
        self,
        model: str | ModelConfig | LanguageModel | None = None,
        *,
        api_base: str | None = None,
        api_key: str | None = None,
        system_prompt: str | None = None,
        tools: Sequence[ToolGiven] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        max_rounds: int = 10,
        name: str | None = None,
        **extra: Any,
    ) -> None:
        check_text(type(self).__name__, system_prompt=system_prompt)
        check_names(type(self).__name__, extra, ChatAgent.__init__)
        self.name = name
        self._model = model
        self._api_base = api_base
        self._api_key = api_key
        self._system_prompt = system_prompt
        self._tools: Mapping[str, Tool] = tools_of(tools or ())
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._max_rounds = max_rounds
        self._extra = extra

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """Ask the model, call what it wants called, and return all that was said.

        Raises:
            EndpointError: The model said nothing, or never stopped calling tools.
            ModelError: The model could not be had.
            ModelRequiredError: There is no model.
        """
        player = self._player()
        before: list[Message] = (
            [{"role": "system", "content": self._system_prompt}] if self._system_prompt else []
        )
        before += cast("list[Message]", input.provider_messages())
        definitions = [tool.definition for tool in self._tools.values()]
        said: list[Message] = []
        for _ in range(self._max_rounds + 1):
            reply = await player.ask([*before, *said], tools=definitions)
            said.append(self._checked(reply, player))
            if not reply.tool_calls or not all(self._can_call(call.name) for call in reply.tool_calls):
                return cast("AgentReturnTypes", said)
            said += [await answer_call(self._tools, call) for call in reply.tool_calls]
        raise EndpointError(
            f"{self._who(player)} called tools {self._max_rounds + 1} times without an answer. Raise `max_rounds` "
            "if that is right.",
            endpoint=player.label,
        )

    def _can_call(self, name: str) -> bool:
        """Whether a call is answered here; one of an unknown tool is, with an error."""
        tool = self._tools.get(name)
        return tool is None or tool.function is not None

    def _checked(self, reply: ModelReply, player: PlayerModel) -> Message:
        if reply.content or reply.tool_calls:
            return reply.message
        why = f" (finish reason: {reply.finish_reason})" if reply.finish_reason else ""
        raise EndpointError(
            f"{self._who(player)} answered without a word{why}. Allow more with `max_tokens`, or use another model.",
            endpoint=player.label,
        )

    def _who(self, player: PlayerModel) -> str:
        return f"{self.name or type(self).__name__} ({player.label})"

    def _player(self) -> PlayerModel:
        from scenario._models.player_model import player_model  # noqa: PLC0415 - imported when it is needed

        name = self.name or type(self).__name__
        player = player_model(
            name,
            self._model,
            api_base=self._api_base,
            api_key=self._api_key,
            temperature=self._temperature,
            max_tokens=self._max_tokens,
            extra=self._extra,
            default_temperature=None,
        )
        if player is None:
            raise ModelRequiredError(
                f'{name} needs a model: write ChatAgent("openai/gpt-4.1-mini"), or set one with '
                "scenario.configure(default_model=…)",
                agent=type(self).__name__,
            )
        return player
