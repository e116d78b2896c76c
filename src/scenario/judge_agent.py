"""The judge: decides whether a conversation meets its criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from scenario._error_messages import model_required
from scenario._models.checked import check_given, check_names, check_text, is_number, is_whole
from scenario._models.player_model import PlayerModel, player_model
from scenario._models.port import LanguageModel
from scenario._text import shorten
from scenario._tracing.judge_span_collector import judge_span_collector
from scenario.agent_adapter import AgentAdapter
from scenario.checks import Check
from scenario.config import ModelConfig
from scenario.errors import ConfigError, ModelRequiredError
from scenario.script import checked_criteria
from scenario.types import AgentInput, AgentReturnTypes, AgentRole, Criterion

_OTHERWISE = "Checks from scenario.checks need none, nor does a subclass that overrides `call`."
_HALF: Final = 0.5
_TOKEN_THRESHOLD: Final = 8192  # that of `_judge`, which is loaded when somebody judges


class SpanSource(Protocol):
    """Where a judge reads the spans of a run."""

    def get_spans_for_thread(self, thread_id: str) -> Sequence[Any]:
        """The ended spans of a conversation."""
        ...


class JudgeAgent(AgentAdapter):
    """Judges a conversation by its criteria: checks by looking, texts by asking a language model.

    While a conversation goes on by itself, the judge ends it as soon as its verdict stands: when a criterion
    has failed, or all have passed. On the last turn, and when the script asks, it decides by what is there. Checks
    come first; when one has failed, no model is asked.

    Args:
        criteria: What must hold: texts and checks.
        model: The language model for criteria that are texts: a name such as ``openai/gpt-4.1-mini``, a
            `ModelConfig`, or an object with ``complete``. None: the configured one.
        api_base: The model's address.
        api_key: The model's key.
        temperature: Sampling temperature; 0.0 when nobody says otherwise.
        max_tokens: The most tokens in a reply.
        system_prompt: Replaces the judge's own instructions. The situation, the criteria and the conversation
            are sent all the same.
        span_collector: Where the judge reads the spans of the run; those that this process collects, by default.
        token_threshold: The size, in estimated tokens, from which the conversation or the spans are shown in
            outline, with tools to look into them.
        max_discovery_steps: How many replies the judge may spend on looking.
        min_turns: In this many turns from the first, the judge does not end the conversation by itself.
        additional_context: What the judge should know beside the conversation.
        votes: How many verdicts each model gives; the majority decides, criterion by criterion.
        models: Several models, which all vote, in the place of `model`.
        agreement: The share of the votes, from 0 to below 1, that a verdict must exceed; otherwise it is
            inconclusive.
        extra_params: Passed to the model.

    Raises:
        ModelRequiredError: A criterion is a text, and no model is configured.
        ConfigError: `votes`, `agreement`, `models` or `min_turns` cannot be used, or a criterion is neither a text
            nor a check.
    """

    role = AgentRole.JUDGE

    def __init__(
        self,
        *,
        criteria: Sequence[Criterion] | None = None,
        model: str | ModelConfig | LanguageModel | None = None,
        api_base: str | None = None,
        api_key: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        system_prompt: str | None = None,
        span_collector: SpanSource | None = None,
        token_threshold: int = _TOKEN_THRESHOLD,
        max_discovery_steps: int = 10,
        min_turns: int | None = None,
        additional_context: str | None = None,
        votes: int = 1,
        models: Sequence[str | ModelConfig | LanguageModel] | None = None,
        agreement: float = _HALF,
        **extra_params: Any,
    ) -> None:
        self.criteria: list[Criterion] = list((criteria and checked_criteria(criteria)) or [])
        self.model = model
        self.models = models if models is None or isinstance(models, str) else list(models)
        self.api_base = api_base
        self.api_key = api_key
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.system_prompt = system_prompt
        self.span_collector: SpanSource = judge_span_collector if span_collector is None else span_collector
        self.token_threshold = token_threshold
        self.max_discovery_steps = max_discovery_steps
        self.min_turns = min_turns
        self.additional_context = additional_context
        self.votes = votes
        self.agreement = agreement
        self._extra_params = extra_params
        self._check_settings()
        self._voters = self._resolved()
        if type(self).call is JudgeAgent.call:
            self._check_criteria(self.criteria)

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """The verdict, or an empty list to let the conversation go on.

        Raises:
            ModelRequiredError: A criterion is a text, and there is no model.
            ModelError: The model could not be had.
        """
        from scenario._judge.judging import Means, judge  # noqa: PLC0415 - only those who judge need it

        request = input.judgment_request
        asked = request.criteria if request is not None else None
        criteria = self.criteria if asked is None else asked
        self._check_criteria(criteria)
        is_forced = request is not None or _is_last_turn(input)
        if not is_forced and (not criteria or input.scenario_state.current_turn < (self.min_turns or 0)):
            return []
        contexts = (self.additional_context, request.additional_context if request is not None else None)
        means = Means(
            voters=[voter for voter in self._voters for _ in range(self.votes)],
            agreement=self.agreement,
            system_prompt=self.system_prompt,
            context=tuple(context for context in contexts if context),
            spans=self.span_collector.get_spans_for_thread(input.thread_id),
            token_threshold=self.token_threshold,
            steps=self.max_discovery_steps,
        )
        result = await judge(criteria, input, means, is_forced=is_forced)
        return [] if result is None else result

    def _resolved(self) -> tuple[PlayerModel, ...]:
        """The models that vote: none when nobody named one."""
        chosen = [
            player_model(
                type(self).__name__,
                model,
                api_base=self.api_base,
                api_key=self.api_key,
                temperature=self.temperature,
                max_tokens=self.max_tokens,
                extra=self._extra_params,
            )
            for model in (self.models if self.models is not None else [self.model])
        ]
        return tuple(model for model in chosen if model is not None)

    def _check_settings(self) -> None:
        steps, is_share = self.max_discovery_steps, is_number(self.agreement) and 0 <= self.agreement < 1
        rules = [
            ("votes", self.votes, "a whole number, at least 1", is_whole(self.votes, 1)),
            ("agreement", self.agreement, "a share from 0 to below 1", is_share),
            ("min_turns", self.min_turns, "a whole number, 0 or more", is_whole(self.min_turns or 0, 0)),
            ("token_threshold", self.token_threshold, "a whole number", is_whole(self.token_threshold)),
            ("max_discovery_steps", steps, "a whole number", is_whole(steps)),
            ("models", self.models, "a list of models", not isinstance(self.models, str)),
            ("models", self.models, "at least one model", self.models is None or bool(self.models)),
            ("models", self.models, "in the place of `model`", self.models is None or self.model is None),
        ]
        name = type(self).__name__
        check_text(name, system_prompt=self.system_prompt, additional_context=self.additional_context)
        check_names(name, self._extra_params, JudgeAgent.__init__)
        check_given(name, rules)

    def _check_criteria(self, criteria: Sequence[Criterion]) -> None:
        """See to it that all of them can be judged."""
        name = type(self).__name__
        for criterion in criteria:
            if not (criterion.strip() if isinstance(criterion, str) else isinstance(criterion, Check)):
                told = shorten(repr(criterion), 60)
                raise ConfigError(f"{name}: a criterion is a text or a check, not {told}.", source="criteria")
        text = next((criterion for criterion in criteria if not isinstance(criterion, Check)), None)
        if text is not None and not self._voters:
            what = f"the criterion {shorten(repr(text), 60)} needs one to be judged"
            raise ModelRequiredError(model_required(name, what, _OTHERWISE), agent=name)


def _is_last_turn(given: AgentInput) -> bool:
    state = given.scenario_state
    return state.config.max_turns is not None and state.current_turn + 1 >= state.config.max_turns
