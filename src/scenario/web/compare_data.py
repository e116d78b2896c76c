"""The answers that compare, and those about labels, as types. The description of the interface is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from scenario.analysis import Change, Left
from scenario.statistics import Interval
from scenario.store.labels import LabelKind
from scenario.web.batch_data import Run
from scenario.web.message_data import Message, VerdictLabel

MOST_NOTE = 20_000


class Rate(TypedDict):
    """How many trials passed.

    Attributes:
        passed: How many passed.
        counted: How many passed or failed.
        pass_rate: The share that passed of these; null without one.
    """

    passed: int
    counted: int
    pass_rate: float | None


class SideBatch(TypedDict):
    """A batch of a side.

    Attributes:
        id: Its id.
        name: The name of the suite that was played, else its sets.
        started_at: When it began, in seconds since the Unix epoch.
    """

    id: str
    name: str
    started_at: float


class Side(Rate):
    """One side of a comparison.

    Attributes:
        label: What to call it.
        batch_ids: The batches that it is made of.
        batches: The same with their names.
        branch: The branch that was played, where it is known.
        commit: The commit that was played, where it is known.
    """

    label: str
    batch_ids: list[str]
    batches: list[SideBatch]
    branch: str | None
    commit: str | None


class OverallChange(TypedDict):
    """All scenarios that are on both sides, together.

    Attributes:
        before: The mean of the rates before.
        after: The mean of the rates after.
        difference: After, less before.
        interval: Of the difference.
        test: The name of the test.
        p_value: Of that test.
        effect: Cohen's h of both means.
    """

    before: float
    after: float
    difference: float
    interval: Interval
    test: str
    p_value: float
    effect: float


class ComparedScenario(TypedDict):
    """One scenario on both sides.

    Attributes:
        label: What to call it.
        name: Its name.
        set_id: Its set.
        fields: Its fields.
        before: Its trials before.
        after: Its trials after.
        difference: The rate after, less the rate before.
        interval: Of the difference.
        p_value: Of Fisher's exact test.
        adjusted: The p-value after Holm's correction over all scenarios compared.
        change: What became of it.
        is_reworded: Whether its description is not the same on both sides.
        trials_needed: When unclear: how many trials on each side would show such a difference with a chance of 80 %.
        before_runs: The ids of its runs before.
        after_runs: The ids of its runs after.
    """

    label: str
    name: str
    set_id: str
    fields: Mapping[str, Any]
    before: Rate
    after: Rate
    difference: float
    interval: Interval
    p_value: float
    adjusted: float
    change: Change
    is_reworded: bool
    trials_needed: int | None
    before_runs: list[str]
    after_runs: list[str]


class MeasureShift(TypedDict):
    """How a measure changed: the mean over scenarios of the mean over their trials.

    Attributes:
        measure: What is measured, and in which unit.
        before: The mean before.
        after: The mean after.
        ratio: After as a multiple of before; null when before is nothing.
        interval: Of the difference, by bootstrap over scenarios; null for fewer than two.
        scenarios: Of how many scenarios it is known on both sides.
    """

    measure: str
    before: float
    after: float
    ratio: float | None
    interval: Interval | None
    scenarios: int


class BatchComparison(TypedDict):
    """Two sides compared.

    Attributes:
        before: The first side.
        after: The second side.
        overall: All together; null when nothing is compared.
        scenarios: The scenarios compared.
        only_before: Scenarios that only the first side has.
        only_after: Scenarios that only the second side has.
        left: Scenarios of both sides that are not compared, and why.
        shifts: How the measures changed.
        alpha: The chance of a false find among the scenarios, and of one in the overall test.
    """

    before: Side
    after: Side
    overall: OverallChange | None
    scenarios: list[ComparedScenario]
    only_before: list[str]
    only_after: list[str]
    left: list[Left]
    shifts: list[MeasureShift]
    alpha: float


class TurnPair(TypedDict):
    """A turn of two conversations.

    Attributes:
        turn: Its number, counted from 0.
        a: The messages of the first.
        b: The messages of the second.
    """

    turn: int
    a: list[Message]
    b: list[Message]


class RunComparison(TypedDict):
    """Two conversations, turn by turn.

    Attributes:
        a: The first run.
        b: The second run.
        turns: The turns of either.
    """

    a: Run
    b: Run
    turns: list[TurnPair]


class LabelSent(TypedDict):
    """A label as it is sent.

    Attributes:
        label: Whether the verdict is right.
        note: Why.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues] - pydantic's own way

    label: LabelKind
    note: NotRequired[Annotated[str | None, Field(max_length=MOST_NOTE)]]


class LabelList(TypedDict):
    """The labels, oldest first.

    Attributes:
        labels: The labels.
    """

    labels: list[VerdictLabel]


class Matrix(TypedDict):
    """How often the judge and the people who labelled agree.

    Attributes:
        judge_failed_and_right: The judge found a failure, and it is one.
        judge_failed_and_wrong: The judge found a failure, and it is none.
        judge_passed_and_right: The judge found none, and there is none.
        judge_passed_and_wrong: The judge found none, and there is one.
    """

    judge_failed_and_right: int
    judge_failed_and_wrong: int
    judge_passed_and_right: int
    judge_passed_and_wrong: int


class Agreement(TypedDict):
    """How far the judge agrees with the people who labelled. A failure is what is looked for.

    Attributes:
        labels: How many labels there are.
        judged: How many are of verdicts that were decided.
        inconclusive: How many are of verdicts that were not.
        agreement: The share of decided verdicts that are right; null without one.
        precision: The share of the judge's failures that are real; null without one.
        recall: The share of real failures that the judge found; null without one.
        kappa: Cohen's kappa; null where it is not defined.
        matrix: The counts.
    """

    labels: int
    judged: int
    inconclusive: int
    agreement: float | None
    precision: float | None
    recall: float | None
    kappa: float | None
    matrix: Matrix
