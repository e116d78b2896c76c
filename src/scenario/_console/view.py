"""One run at the terminal: what is said, who is working, and how it ended."""

from __future__ import annotations

from rich.text import Text

from scenario._console.messages import message_lines
from scenario._console.terminal import terminal
from scenario._engine.facts import (
    CallFinished,
    CallStarted,
    Concluded,
    Fact,
    MessageAdded,
    RunRecord,
    Started,
    UserLeft,
)
from scenario._text import shorten
from scenario.faults import FaultKind, RunOutcome, not_the_agents
from scenario.types import AgentRole, CriterionStatus, ScenarioResult
from scenario.usage import RunUsage

_WORKING = {
    AgentRole.USER: ("User:", "green"),
    AgentRole.AGENT: ("Agent:", "blue"),
    AgentRole.JUDGE: ("Judging...", "yellow"),
}
_MARKS = {
    CriterionStatus.PASSED: ("✓", "green"),
    CriterionStatus.FAILED: ("✗", "red"),
    CriterionStatus.INCONCLUSIVE: ("?", "yellow"),
}
_WIDTH = 200


class RunView:
    """Shows one run.

    Args:
        named: Put the scenario's name on each line, even when the run has the terminal to itself.
    """

    def __init__(self, *, named: bool) -> None:
        self._named = named
        self._record = RunRecord()

    def show(self, fact: Fact) -> None:
        """Show a fact, if it is one to show."""
        self._record.apply(fact)
        match fact:
            case Started():
                terminal().enter()
                terminal().print(Text(""), *([] if self._prefix else [Text(fact.name, style="bold")]))
            case CallStarted():
                text, style = _WORKING[fact.agent.role]
                terminal().spin(Text(text, style=style))
            case CallFinished():
                terminal().rest()
            case MessageAdded():
                terminal().print(*message_lines(fact.message, self._prefix))
            case UserLeft():
                terminal().print(Text(f"{self._mark}{fact.ending}", style="dim"))
            case Concluded():
                mark = self._mark
                terminal().leave()
                lines = conclusion(fact.result, fact.error)
                terminal().print(*(Text(mark).append(line) for line in lines))
            case _:
                pass

    @property
    def _mark(self) -> str:
        return f"[{self._prefix}] " if self._prefix else ""

    @property
    def _prefix(self) -> str:
        started = self._record.started
        return started.name if started is not None and (self._named or terminal().shared) else ""


def conclusion(result: ScenarioResult, error: str | None) -> list[Text]:
    """How a run ended, as lines: the verdict and its reason, and for a failure each criterion with its evidence."""
    word, style = _heads(result, raised=error is not None)
    unmet = [verdict for verdict in result.criteria if not verdict.passed]
    told_below = unmet and all(
        verdict.reasoning and verdict.reasoning in (result.reasoning or "") for verdict in unmet
    )
    reason = shorten(result.reasoning or "", _WIDTH)
    if told_below and error is None:
        reason = f"{len(unmet)} of {len(result.criteria)} criteria not met"
    lines = [Text.assemble((word, style), f" {reason}" if reason else "")]
    if result.usage:
        lines.append(Text(f"  {_usage(result.usage)}", style="dim"))
    if result.success:
        return lines
    if result.fault is not None and result.fault.kind is not FaultKind.AGENT:
        lines.append(Text(f"  {not_the_agents(result.fault.kind)}", style="yellow"))
    told = [verdict for verdict in result.criteria if error is None or verdict.criterion != error]
    for verdict in told:
        mark, colour = _MARKS[verdict.status]
        because = (
            f": {shorten(verdict.reasoning, _WIDTH)}" if verdict.reasoning and not verdict.passed else ""
        )
        lines.append(Text.assemble("  ", (mark, colour), f" {shorten(verdict.criterion, _WIDTH)}{because}"))
        if not verdict.passed:
            lines += [Text(f"      {shorten(str(found), _WIDTH)}") for found in verdict.evidence]
    return lines


def _heads(result: ScenarioResult, *, raised: bool) -> tuple[str, str]:
    """The word for how a run ended, and its looks."""
    if result.success:
        return "PASSED", "bold green"
    if raised or result.outcome is None:
        return ("ERROR" if raised else "FAILED"), "bold red"
    return result.outcome.name, "bold yellow" if result.outcome is RunOutcome.INCONCLUSIVE else "bold red"


def _usage(usage: RunUsage) -> str:
    """What was used of language models, by role."""
    roles = {"agent": usage.agent, "user": usage.user, "judge": usage.judge}
    return "Models: " + "; ".join(f"{role} {used}" for role, used in roles.items() if used)
