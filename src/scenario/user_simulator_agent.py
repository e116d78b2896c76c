"""A simulated user that a language model plays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from scenario._error_messages import model_required
from scenario._models.checked import check_names, check_text
from scenario._models.player_model import player_model
from scenario._simulator.guards import Background, Flaw
from scenario._simulator.persona import Persona, as_persona, as_texts
from scenario._simulator.prompt import Part
from scenario._simulator.reply import Again, Leave, Say, read_reply
from scenario._simulator.request import build_request
from scenario._text import shorten, text_of
from scenario.agent_adapter import AgentAdapter
from scenario.config import ModelConfig
from scenario.errors import ModelRequiredError, SimulatorError
from scenario.types import AgentInput, AgentReturnTypes, AgentRole

if TYPE_CHECKING:
    from scenario._models.port import LanguageModel
    from scenario.message_types import Message

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

_OTHERWISE = "scenario.ScriptedUserAgent needs none; a subclass that overrides `call` does not either."
_MOST_ASKS = 3
_HINTS = {
    Flaw.EMPTY: "Use another model, or allow more tokens with max_tokens",
    Flaw.REASONING: "Let the provider keep reasoning apart from the text, or use a model that does not think aloud",
    Flaw.TOOL: "Use a model that can call tools, or endings=False",
}
_HINT = "Look at the description, the persona and the system prompt, or use another model"


class UserSimulatorAgent(AgentAdapter):
    """A simulated user that a language model plays.

    It knows the scenario's description, its persona and its goals, and sees the conversation from the user's
    side. It says one message at a time, or leaves with a `UserEnding`: *done*, *gave up*, *handed over* or *out
    of scope*. A reply that no user would give (empty, reasoning, the agent's words, a repetition, talk about the
    test) is not sent: the model is asked again, twice at most, and then the run ends as the simulator's fault.

    Nothing is kept between calls, so one instance can take part in many runs at once.

    Args:
        model: A name such as ``openai/gpt-4.1-mini``, a `ModelConfig`, or an object with ``complete``.
            None: the configured ``default_model``.
        api_base: The address of the model's endpoint.
        api_key: Its key.
        temperature: Sampling temperature; None: the one of the `ModelConfig`, else 0.
        max_tokens: The most tokens in a reply.
        system_prompt: Takes the place of all instructions, the description and the persona among them.
        persona: Who the user is: a text, or a `Persona`.
        goals: What the user wants, besides the goals of the persona.
        endings: The user may leave. False: it always says something.
        name: The name in reports.
        extra_params: More parameters of each request to the model.

    Attributes:
        model: As it was given; so are all the others of these names.

    Raises:
        ModelRequiredError: No model is given or configured, and `call` is not overridden.
        ConfigError: `persona`, `goals` or a setting of the model is something else, or a name is misspelt.
    """

    role = AgentRole.USER

    def __init__(
        self,
        *,
        model: str | ModelConfig | LanguageModel | None = None,
        api_base: str | None = None,
        api_key: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        system_prompt: str | None = None,
        persona: Persona | str | None = None,
        goals: Sequence[str] = (),
        endings: bool = True,
        name: str | None = None,
        **extra_params: Any,
    ) -> None:
        self.model = model
        self.api_base = api_base
        self.api_key = api_key
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.system_prompt = system_prompt
        self.persona = as_persona(persona)
        self.goals = as_texts(goals, "UserSimulatorAgent.goals")
        self.endings = endings
        self.name = name
        self._extra_params = extra_params
        check_text(type(self).__name__, system_prompt=system_prompt)
        check_names(type(self).__name__, extra_params, UserSimulatorAgent.__init__)
        self._player = player_model(
            type(self).__name__,
            model,
            api_base=api_base,
            api_key=api_key,
            temperature=temperature,
            max_tokens=max_tokens,
            extra=extra_params,
        )
        if self._player is None and type(self).call is UserSimulatorAgent.call:
            raise self._without_model()

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """What the user says, or the end of their part.

        Raises:
            ModelRequiredError: There is no model.
            ModelError: The model could not be had.
            SimulatorError: It gave nothing that a user would say, though asked again.
        """
        if self._player is None:
            raise self._without_model()
        messages = cast("list[Message]", input.messages)
        part = self._part(input)
        background = _background(part, messages)
        request = build_request(part, messages)
        faults: list[Again] = []
        for _ in range(_MOST_ASKS):
            reply = await self._player.ask(request.messages, tools=request.tools)
            whole = all(fault.finding.flaw is not Flaw.CUT_OFF for fault in faults)
            match read_reply(reply, background, endings=self.endings, whole=whole):
                case Say(text):
                    return text
                case Leave(ending):
                    return ending
                case Again() as fault:
                    faults.append(fault)
                    request = request.corrected(fault.finding)
        raise self._fault(faults[-1])

    def _part(self, given: AgentInput) -> Part:
        description = given.scenario_state.description if given.scenario_state is not None else ""
        return Part(description, self.persona, self.goals, self.system_prompt, self.endings)

    def _fault(self, fault: Again) -> SimulatorError:
        agent = self.name or type(self).__name__
        finding = fault.finding
        return SimulatorError(
            f"{agent} said nothing that a user would say, though asked {_MOST_ASKS} times: {finding.reason}. "
            f"Its last reply was {shorten(fault.text, 200)!r}. {_HINTS.get(finding.flaw, _HINT)}.",
            agent=agent,
            problem=finding.reason,
            reply=fault.text,
        )

    def _without_model(self) -> ModelRequiredError:
        agent = type(self).__name__
        return ModelRequiredError(model_required(agent, "a model is what plays it", _OTHERWISE), agent=agent)


def _background(part: Part, messages: Sequence[Message]) -> Background:
    said = [(message.get("role"), text_of(message)) for message in messages]
    return Background(
        own=[text for role, text in said if role == "user"],
        heard=[text for role, text in said if role == "assistant"],
        situation=part.situation,
    )
