"""The values that scenarios, agents and judges exchange."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from scenario._meter import report
from scenario._propagation import headers_of, unrecorded_span
from scenario._text import tool_calls_in, transcript
from scenario.faults import Fault, FaultKind, RunOutcome, attribute
from scenario.message_types import (
    ChatCompletionAssistantMessageParamWithTrace,
    ChatCompletionDeveloperMessageParamWithTrace,
    ChatCompletionFunctionMessageParamWithTrace,
    ChatCompletionMessageParam,
    ChatCompletionMessageParamWithTrace,
    ChatCompletionSystemMessageParamWithTrace,
    ChatCompletionToolMessageParamWithTrace,
    ChatCompletionUserMessageParamWithTrace,
    Message,
)
from scenario.usage import ModelCall, RunUsage, Usage

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

    from scenario.checks import Check
    from scenario.scenario_state import ScenarioState

    Messages: TypeAlias = list[ChatCompletionMessageParamWithTrace]
    Criterion: TypeAlias = str | Check
else:
    Messages: TypeAlias = list[Any]
    Criterion: TypeAlias = Any
    ScenarioState: TypeAlias = Any

_INTERNAL_KEYS = frozenset({"id", "trace_id"})
CALLED_IN = "_called_in"
"""Where the engine leaves the span of a call, or the trace's id where nobody records it, among `vars` of the input.

A private attribute of pydantic's would more than double the cost of making an input.
"""


class AgentRole(Enum):
    """Who an agent is in the conversation. The order is the order of speaking in a turn."""

    USER = "User"
    AGENT = "Agent"
    JUDGE = "Judge"


class CriterionStatus(str, Enum):
    """What was found about one criterion."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The place in a conversation that a verdict rests on.

    Attributes:
        message: The message's position in the conversation, counted from 0, or None.
        quote: What stands there, word for word.
    """

    message: int | None
    quote: str

    def __str__(self) -> str:
        """The place and the words, for people."""
        return self.quote if self.message is None else f"message {self.message}: {self.quote}"


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """The verdict about one criterion, with its reason and its evidence.

    Attributes:
        criterion: The criterion.
        status: The verdict.
        reasoning: Why.
        evidence: Where.
        supported: False when a judge gave quotes, and none of them stands in the conversation.
    """

    criterion: str
    status: CriterionStatus
    reasoning: str = ""
    evidence: tuple[Evidence, ...] = ()
    supported: bool = True

    @property
    def passed(self) -> bool:
        """Whether the criterion is met."""
        return self.status is CriterionStatus.PASSED

    def __bool__(self) -> bool:
        """Whether the criterion is met, so that ``assert check(state)`` reads as it should."""
        return self.passed

    def __str__(self) -> str:
        """The verdict in a line, and a line for each piece of evidence."""
        head = f"{self.criterion}: {self.status.value}"
        lines = [f"{head}, {self.reasoning}" if self.reasoning else head]
        return "\n".join(lines + [f"  {evidence}" for evidence in self.evidence])


class EndingKind(str, Enum):
    """How a simulated user leaves a conversation."""

    DONE = "done"
    GAVE_UP = "gave up"
    HANDED_OVER = "handed over"
    OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True, slots=True)
class UserEnding:
    """A simulated user's reply that ends the conversation.

    Attributes:
        kind: How the user left.
        reason: Why, in a sentence.
        message: The last thing the user says, or None to leave without a word.
    """

    kind: EndingKind
    reason: str
    message: str | None = None

    def __str__(self) -> str:
        """The end as a sentence about the user."""
        verb = {EndingKind.GAVE_UP: "gave up", EndingKind.HANDED_OVER: "was handed over"}
        return f"The user {verb.get(self.kind, f'was {self.kind.value}')}: {self.reason}"


class JudgmentRequest(BaseModel):
    """Asks a judge for a verdict now.

    Attributes:
        criteria: Judge by these only; None means by the judge's own.
        additional_context: What the judge should know beside the conversation, for this verdict.
    """

    criteria: Annotated[list[Criterion] | None, SkipValidation] = None
    additional_context: str | None = None


class AgentInput(BaseModel):
    """What an agent is called with.

    Attributes:
        thread_id: The conversation's id; the same for every call of one run.
        messages: The conversation so far. The list and its messages belong to the agent: to change them
            changes nothing else.
        new_messages: The messages that this agent has not been called with yet.
        judgment_request: For a judge: a verdict is asked for. None: the judge may let the conversation go on.
        scenario_state: The state of the run: what was said, which tools were called, which turn it is.
        propagation_headers: For an agent behind HTTP: the headers that join its own spans to this call's.
            Empty outside a run.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    thread_id: str
    messages: Annotated[Messages, SkipValidation]
    new_messages: Annotated[Messages, SkipValidation]
    judgment_request: JudgmentRequest | None = None
    scenario_state: Annotated[ScenarioState, SkipValidation] = None  # pyright: ignore[reportAssignmentType]

    @property
    def propagation_headers(self) -> dict[str, str]:
        """W3C ``traceparent``, and ``tracestate`` and ``baggage`` where there are any, of this call.

        Send them along with a request to the agent, and its spans join the trace of the turn. Without a
        tracing SDK the trace is the turn's all the same, its span is one that nobody records, and the
        sampled flag is off. They are made when they are asked for; each time the dictionary is a new one.
        """
        span: SpanContext | str | None = vars(self).get(CALLED_IN)
        if span is None:
            return {}
        if isinstance(span, str):
            span = vars(self)[CALLED_IN] = unrecorded_span(span)
        return headers_of(span)

    def last_new_user_message(self) -> ChatCompletionUserMessageParamWithTrace:
        """The newest user message that this agent has not seen yet.

        Raises:
            ValueError: There is none among the new messages.
        """
        for message in reversed(self.new_messages):
            if message["role"] == "user":
                return message
        raise ValueError(
            "There is no new user message for this agent. Read the whole conversation from `input.messages` "
            "if the agent may be called without one."
        )

    def last_new_user_message_str(self) -> str:
        """The text of the newest user message that this agent has not seen yet.

        Raises:
            ValueError: There is none, or its content is not text.
        """
        content = self.last_new_user_message().get("content")
        if isinstance(content, str):
            return content
        raise ValueError(
            f"The last user message has {type(content).__name__} content, not text. "
            "Use `last_new_user_message()` and read its content parts."
        )

    def report_usage(self, usage: Usage, *, model: str = "", provider: str = "") -> None:
        """Tell what this call used of language models, so that the result can say it.

        Args:
            usage: Tokens, and the cost in US dollars where it is known.
            model: The model, as its provider names it.
            provider: Who answered.

        Example:
            >>> from scenario import Usage
            >>> async def call(self, input):
            ...     input.report_usage(
            ...         Usage(calls=1, input_tokens=120, output_tokens=40), model="gpt-4.1-mini"
            ...     )
            ...     return "Good morning."
        """
        report(ModelCall(model, provider, usage))

    def provider_messages(self) -> list[ChatCompletionMessageParam]:
        """The conversation as a model's provider accepts it.

        Returns:
            Copies of `messages` without the keys ``id`` and ``trace_id``, which some providers refuse.
        """
        return [
            {key: value for key, value in message.items() if key not in _INTERNAL_KEYS}  # pyright: ignore[reportReturnType]
            for message in self.messages
        ]


class ScenarioResult(BaseModel):
    """How a run ended. A result is true when the scenario succeeded.

    Attributes:
        success: Whether the agent under test passed.
        messages: The whole conversation.
        reasoning: Why the run ended this way.
        passed_criteria: The criteria that were met, each once.
        failed_criteria: The criteria that were not met or not decided, each once.
        inconclusive_criteria: Those among the failed ones that could not be decided.
        criteria: One verdict for each criterion that reported its reasons and evidence.
        ending: How the simulated user left, if it did.
        turns: In how many turns something was said.
        total_time: Seconds from the start of the run to its end.
        agent_time: Seconds spent in agents of the role AGENT.
        outcome: Passed, failed, inconclusive (somebody could not decide), or error (something broke).
        fault: Unless it passed: who is to blame, and why. A result that names a fault of its own keeps it.
        usage: What the run used of language models, by role.
    """

    success: bool
    messages: Annotated[Messages, SkipValidation]
    reasoning: str | None = None
    passed_criteria: list[str] = []
    failed_criteria: list[str] = []
    inconclusive_criteria: list[str] = []
    criteria: list[CriterionResult] = []
    ending: UserEnding | None = None
    turns: int | None = None
    total_time: float | None = None
    agent_time: float | None = None
    outcome: RunOutcome | None = None
    fault: Fault | None = None
    usage: RunUsage = Field(default_factory=RunUsage)

    def model_post_init(self, context: Any, /) -> None:
        """Fill in the outcome and the fault that follow from the rest, where they are not given."""
        if self.outcome is None:
            self.outcome, self.fault = attribute(
                success=self.success,
                reasoning=self.reasoning,
                failed=self.failed_criteria,
                inconclusive=self.inconclusive_criteria,
                fault=self.fault,
            )

    def tool_calls(self, tool_name: str | None = None) -> list[dict[str, Any]]:
        """The agent's tool calls in the order of the conversation: all, or those of one tool."""
        return tool_calls_in(cast("list[Message]", self.messages), tool_name)

    def transcript(self) -> str:
        """The conversation as text: a line for each message, tool call and tool result."""
        return transcript(cast("list[Message]", self.messages))

    def __bool__(self) -> bool:
        """Whether the scenario succeeded."""
        return self.success

    def __repr__(self) -> str:
        """The outcome in one line; the conversation is left out."""
        status = "PASSED" if self.success else "FAILED"
        return f"{type(self).__name__}(success={self.success}, status={status}, reasoning={self.reasoning!r})"


AgentReturnTypes: TypeAlias = (
    str | ChatCompletionMessageParam | list[ChatCompletionMessageParam] | ScenarioResult | UserEnding
)
"""What an agent may answer with: text, a message, several messages, or an end of the run."""

ScriptStep: TypeAlias = Callable[["ScenarioState"], Any | Awaitable[Any]]
"""A step of a script: called with the state, and awaited if it returns something to await."""

__all__ = [
    "AgentInput",
    "AgentReturnTypes",
    "AgentRole",
    "ChatCompletionAssistantMessageParamWithTrace",
    "ChatCompletionDeveloperMessageParamWithTrace",
    "ChatCompletionFunctionMessageParamWithTrace",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageParamWithTrace",
    "ChatCompletionSystemMessageParamWithTrace",
    "ChatCompletionToolMessageParamWithTrace",
    "ChatCompletionUserMessageParamWithTrace",
    "Criterion",
    "CriterionResult",
    "CriterionStatus",
    "EndingKind",
    "Evidence",
    "Fault",
    "FaultKind",
    "JudgmentRequest",
    "Message",
    "RunOutcome",
    "RunUsage",
    "ScenarioResult",
    "ScriptStep",
    "Usage",
    "UserEnding",
]
