"""A simulated user that a language model plays."""

from __future__ import annotations

from typing import Any

from scenario._error_messages import model_not_supported, model_required
from scenario.agent_adapter import AgentAdapter
from scenario.config import ModelConfig, resolve
from scenario.errors import ModelRequiredError, NotAvailableError
from scenario.types import AgentInput, AgentReturnTypes, AgentRole

_INSTEAD = "Use scenario.ScriptedUserAgent, which needs none, or override `call` in a subclass."


class UserSimulatorAgent(AgentAdapter):
    """A simulated user that a language model plays.

    This version cannot talk to models: `ScriptedUserAgent` plays a user without one, and a subclass that
    overrides `call` works as it is.

    Args:
        model: The language model.
        api_base: Its address.
        api_key: Its key.
        temperature: Sampling temperature.
        max_tokens: The most tokens in a reply.
        system_prompt: Replaces the simulator's own instructions.
        extra_params: Passed to the model.

    Raises:
        ModelRequiredError: No model is given or configured.
    """

    role = AgentRole.USER

    def __init__(
        self,
        *,
        model: str | ModelConfig | None = None,
        api_base: str | None = None,
        api_key: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        system_prompt: str | None = None,
        **extra_params: Any,
    ) -> None:
        self.model = model
        self.api_base = api_base
        self.api_key = api_key
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.system_prompt = system_prompt
        self._extra_params = extra_params
        overridden = type(self).call is not UserSimulatorAgent.call
        if not overridden and (model or resolve().default_model) is None:
            text = model_required(type(self).__name__, "a model is what plays it")
            raise ModelRequiredError(f"{text} {_INSTEAD}", agent=type(self).__name__)

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """What the user says.

        Raises:
            NotAvailableError: Always, in this version.
        """
        raise NotAvailableError(model_not_supported(type(self).__name__, _INSTEAD))
