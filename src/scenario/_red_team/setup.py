"""What an attack is made of, checked: everything that does not change while it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scenario._models.checked import check_given, is_number, is_whole
from scenario._models.player_model import PlayerModel, player_model
from scenario._red_team.base import RedTeamStrategy
from scenario._red_team.goals import AttackGoal
from scenario._red_team.prompts import PLAN
from scenario._red_team.report import Terms
from scenario._red_team.scoring import HIGHEST
from scenario._red_team.techniques import AttackTechnique
from scenario.errors import ConfigError

if TYPE_CHECKING:
    from scenario.red_team_agent import RedTeamAgent

_LIVELY: Final = 0.7
"""The sampling temperature of an attacker when nobody says otherwise."""


@dataclass(frozen=True)
class Setup:
    """The settings of an attack.

    Attributes:
        agent: The attacker's name, for errors.
        goal: What it is after.
        strategy: How it goes on.
        total_turns: How many turns it has.
        terms: When it counts as achieved.
        attacker: The model that writes the messages.
        scorer: The model that plans and scores.
        plan: A given plan, or None.
        plan_template: What a plan is asked for with.
        score_responses: Whether each reply gets a score.
        fast_refusal_detection: Whether the words of a refusal are looked for.
        max_backtracks: How many refused exchanges are taken back at most.
        injection_probability: How likely a message is disguised.
        techniques: The disguises.
        technique_seed: Makes the choice of disguises repeatable.
    """

    agent: str
    goal: AttackGoal
    strategy: RedTeamStrategy
    total_turns: int
    terms: Terms
    attacker: PlayerModel
    scorer: PlayerModel
    plan: str | None
    plan_template: str
    score_responses: bool
    fast_refusal_detection: bool
    max_backtracks: int
    injection_probability: float
    techniques: Sequence[AttackTechnique]
    technique_seed: int | None


def setup_of(given: RedTeamAgent, extra: Mapping[str, Any]) -> Setup | None:
    """The settings of an attacker; None when it has no model.

    Args:
        given: The attacker.
        extra: More parameters of each request for a message.

    Raises:
        ConfigError: A setting cannot be used.
    """
    _check(given)
    agent = given.name or type(given).__name__
    reached: dict[str, Any] = {"api_base": given.api_base, "api_key": given.api_key}
    attacker = player_model(
        agent,
        given.model,
        temperature=given.temperature,
        max_tokens=given.max_tokens,
        extra=extra,
        default_temperature=_LIVELY,
        **reached,
    )
    named = given.metaprompt_model
    scorer = player_model(
        agent, given.model if named is None else named, temperature=given.metaprompt_temperature, **reached
    )
    if attacker is None or scorer is None:
        return None
    backtracks = given.max_backtracks
    return Setup(
        agent=agent,
        goal=given.goal,
        strategy=given.strategy,
        total_turns=given.total_turns,
        terms=Terms(given.success_score, given.success_confirm_turns),
        attacker=attacker,
        scorer=scorer,
        plan=given.attack_plan,
        plan_template=PLAN if given.metaprompt_template is None else given.metaprompt_template,
        score_responses=given.score_responses,
        fast_refusal_detection=given.fast_refusal_detection,
        max_backtracks=max(1, given.total_turns // 3) if backtracks is None else backtracks,
        injection_probability=given.injection_probability,
        techniques=given.techniques,
        technique_seed=given.technique_seed,
    )


def _check(given: RedTeamAgent) -> None:
    """See to it that an attack can be played with these settings."""
    name = type(given).__name__
    turns, success, confirm = given.total_turns, given.success_score, given.success_confirm_turns
    backtracks, share, disguises = given.max_backtracks, given.injection_probability, given.techniques
    is_score = success is None or (is_number(success) and 0 <= success <= HIGHEST)
    numbers = [
        ("total_turns", turns, "a whole number from 1", is_whole(turns, 1)),
        ("success_score", success, "from 0 to 10, or None", is_score),
        ("success_confirm_turns", confirm, "a whole number from 1", is_whole(confirm, 1)),
        ("max_backtracks", backtracks, "0 or more", backtracks is None or is_whole(backtracks, 0)),
        ("injection_probability", share, "between 0 and 1", is_number(share) and 0 <= share <= 1),
    ]
    check_given(name, numbers)  # first, as a strategy plans with them
    some = "at least one when injection_probability is above 0"
    scores, searches = given.score_responses, given.strategy.planner(turns) is not None
    rules = [
        ("techniques", disguises, some, bool(disguises) or not share),
        (
            "score_responses",
            scores,
            "True for a strategy that searches by scores",
            bool(scores) or not searches,
        ),
    ]
    check_given(name, rules)
    if given.metaprompt_template is not None:
        planned_request(given.metaprompt_template, given.strategy, "", "", given.total_turns)


def planned_request(template: str, strategy: RedTeamStrategy, goal: str, description: str, turns: int) -> str:
    """What a plan is asked for with.

    Raises:
        ConfigError: The template names something in braces that there is not.
    """
    variables = strategy.template_variables(goal, description, turns)
    try:
        return template.format(**variables)
    except (KeyError, IndexError, ValueError) as error:
        names = ", ".join(f"{{{name}}}" for name in variables)
        raise ConfigError(
            f"metaprompt_template cannot be filled in ({type(error).__name__}: {error}). It may name {names}; write "
            "other braces twice.",
            source="RedTeamAgent.metaprompt_template",
        ) from error
