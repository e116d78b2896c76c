"""Reports as Markdown. Whatever an attacker or an agent wrote is escaped or stands in a fenced block. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenario._red_team.attempts import Attempt, TakenBack
from scenario._red_team.escaping import block, cell
from scenario.types import CriterionStatus

if TYPE_CHECKING:
    from scenario._red_team.report import AttackReport, Cell, Matrix

_VERDICTS = {
    CriterionStatus.FAILED: "achieved: the agent failed",
    CriterionStatus.PASSED: "not achieved: the agent withstood",
    CriterionStatus.INCONCLUSIVE: "not decided",
}
_MEMORY = {
    True: "the agent was told to forget it",
    False: "the agent was not told to forget it",
    None: "nobody knows whether the agent still knows it",
}


def report_page(report: AttackReport) -> str:
    """The report of one attack."""
    parts = [
        f"# Attack: {cell(report.goal.goal, 120)}",
        _facts(report),
        "## Turns",
        _turns(report),
        "## What broke",
        _evidence(report),
        "## Attempts",
        *[_attempt(attempt) for attempt in report.attempts],
    ]
    if report.plan:
        parts += ["## Plan", block(report.plan)]
    return "\n\n".join(parts) + "\n"


def matrix_table(matrix: Matrix) -> str:
    """Many attacks as a table: achieved of all, and the highest score."""
    head = ["category", *[cell(strategy) for strategy in matrix.strategies]]
    lines = [_row(head), _row(["---"] * len(head))]
    for category in matrix.categories:
        cells = [matrix.cells.get((category, strategy)) for strategy in matrix.strategies]
        lines.append(_row([cell(category), *[_of(found) for found in cells]]))
    return "\n".join(lines) + "\n"


def _facts(report: AttackReport) -> str:
    goal = report.goal
    places = [*goal.owasp_llm, *goal.owasp_agentic, *goal.atlas]
    rows = {
        "outcome": _VERDICTS[report.status],
        "severity": report.severity.value,
        "strategy": cell(report.strategy),
        "category": cell(goal.category),
        "known as": ", ".join(cell(place) for place in places),
        "attempts": f"{len(report.attempts)} of at most {report.total_turns}",
        "taken back": f"{report.backtracks} refused exchanges",
        "techniques": ", ".join(cell(name) for name in report.techniques),
        "calls of models": f"{report.calls.total} ({report.calls.attacker} attacker, {report.calls.scoring} scoring, "
        f"{report.calls.plan} plan, {report.calls.topic} on topic)",
    }
    return "\n".join(
        [_row(["", ""]), _row(["---", "---"]), *[_row([*pair]) for pair in rows.items() if pair[1]]]
    )


def _turns(report: AttackReport) -> str:
    lines = [_row(["turn", "phase", "score", "refused", "taken back", "techniques"]), _row(["---"] * 6)]
    for attempt in report.attempts:
        score = attempt.score
        lines.append(
            _row(
                [
                    str(attempt.turn),
                    cell(attempt.phase),
                    "" if attempt.value is None else str(attempt.value),
                    "yes" if score is not None and score.refused else "",
                    "" if attempt.taken_back is None else attempt.taken_back.value,
                    ", ".join(cell(name) for name in attempt.used),
                ]
            )
        )
    return "\n".join(lines)


def _evidence(report: AttackReport) -> str:
    verdict = report.criterion()
    lines = [f"{cell(verdict.criterion, 200)}: **{verdict.status.value}**. {cell(report.summary, 400)}"]
    if verdict.evidence:
        lines.append(block(verdict.evidence[0].quote))
    return "\n\n".join(lines)


def _attempt(attempt: Attempt) -> str:
    lines = [f"### Turn {attempt.turn}"]
    if attempt.taken_back is TakenBack.REFUSED:
        lines.append(f"Taken back after a refusal; {_MEMORY[attempt.told_to_forget]}.")
    lines += ["The attacker:", block(attempt.sent)]
    if attempt.sent != attempt.text:
        lines += [f"This is, disguised as {cell(attempt.disguise or '')}:", block(attempt.text)]
    lines += ["The agent:", block(attempt.reply)] if attempt.answered else ["There was no reply."]
    if attempt.score is not None and attempt.score.reason:
        lines.append(f"The scoring model: {cell(attempt.score.reason, 400)}")
    return "\n\n".join(lines)


def _of(found: Cell | None) -> str:
    if found is None:
        return ""
    furthest = "no score" if found.furthest is None else f"furthest {found.furthest}"
    undecided = f", {found.undecided} not decided" if found.undecided else ""
    return f"{found.achieved} of {found.attacks} achieved ({furthest}{undecided})"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
