"""The routes of the interface, as a list."""

from __future__ import annotations

from typing import Final

from scenario.store import queries
from scenario.store.labels import labels
from scenario.store.open import RunStore
from scenario.store.plain import to_json
from scenario.web import batch_views, compare_views, run_views, search_views, shapes
from scenario.web.batch_data import BatchList, ChangedRuns, Removed
from scenario.web.compare_data import Agreement, BatchComparison, LabelList, LabelSent, RunComparison
from scenario.web.message_data import SearchResults, VerdictLabel
from scenario.web.operations import Asked, Kind, Operation, Param
from scenario.web.run_data import RawRun, RunPage
from scenario.web.scenario_data import BatchPage, ScenarioPage

_BATCH_ID: Final = "scenariobatch_2vZkQy3cJ9cXbJq7l0m1n2o3p4q"
_RUN_ID: Final = "scenariorun_2vZkR0aBcDeFgHiJkLmNoPqRsTu"
_BATCH: Final = Param("batch", "the id of a batch", is_path=True, example=_BATCH_ID)
_RUN: Final = Param("run", "the id of a run", is_path=True, example=_RUN_ID)
_OF_BATCH: Final = Param("batch", "only those of this batch", example=_BATCH_ID)
_LIMIT: Final = Param(
    "limit", "the most to return; 50 unless told", Kind.WHOLE, least=1, most=500, example=20
)
_CRITERION: Final = Param(
    "criterion", "the criterion, word for word", is_path=True, example="The agent stays polite"
)
_CURSOR: Final = r"^(-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?~.+|)$"
_TIMES: Final = 253_402_300_799  # the last second of the year 9999
_FILTERS: Final = (
    Param("q", "a part of the name, id, branch, commit, tag or set", example="orders"),
    Param("branch", "only this branch", example="main"),
    Param("set", "only with scenarios of this set", example="default"),
    Param("state", "only in this state", values=("running", "finished", "interrupted", "stalled")),
    Param(
        "result",
        "only those that all passed, that failed, or that have faults",
        values=("passed", "failed", "faults"),
    ),
    Param("source", "only those played here, or reported by clients", values=("local", "remote")),
    Param(
        "since",
        "only those that began at this time or later, in seconds since the Unix epoch",
        Kind.NUMBER,
        least=0,
        most=_TIMES,
        example=1_763_800_000,
    ),
    Param(
        "until",
        "only those that began at this time or earlier, in seconds since the Unix epoch",
        Kind.NUMBER,
        least=0,
        most=_TIMES,
        example=1_763_900_000,
    ),
    _LIMIT,
    Param(
        "cursor",
        "what `next_cursor` was in the answer before",
        pattern=_CURSOR,
        example=f"1763800000.5~{_BATCH_ID}",
    ),
)


def changes(store: RunStore, asked: Asked) -> ChangedRuns:
    """The runs that changed after a number."""
    return changes_since(store, asked.whole("since", 0))


def changes_since(store: RunStore, since: int) -> ChangedRuns:
    """The runs that changed after a number, and the number to ask with next."""
    found = queries.changes(store, since)
    return {
        "latest": found.latest,
        "removed": found.removed,
        "runs": [shapes.run(each) for each in found.runs],
    }


def export_labels(store: RunStore, asked: Asked) -> str:
    """The labels as JSON Lines."""
    return "".join(f"{to_json(shapes.label(each))}\n" for each in labels(store, batch=asked.text("batch")))


def _sides(what: str, before: str, after: str) -> tuple[Param, ...]:
    return (
        Param("a", f"{what}, before", is_needed=True, example=before),
        Param("b", f"{what}, after", is_needed=True, example=after),
    )


OPERATIONS: Final = (
    Operation(
        "listBatches",
        "GET",
        "/batches",
        "Batches, newest first.",
        batch_views.list_batches,
        BatchList,
        _FILTERS,
    ),
    Operation(
        "getScenario",
        "GET",
        "/batches/{batch}/scenarios/{name}",
        "A scenario of a batch: trials, curve, criteria, history.",
        batch_views.one_scenario,
        ScenarioPage,
        (
            _BATCH,
            Param("name", "the scenario's name", is_path=True, example="late parcel"),
            Param("set", "the set of the scenario", example="default"),
        ),
        refusals=(404,),
    ),
    Operation(
        "getBatch",
        "GET",
        "/batches/{batch}",
        "A batch with its runs.",
        batch_views.one_batch,
        BatchPage,
        (_BATCH,),
        refusals=(404,),
    ),
    Operation(
        "deleteBatch",
        "DELETE",
        "/batches/{batch}",
        "Remove a batch.",
        batch_views.delete_batch,
        Removed,
        (_BATCH,),
        refusals=(404,),
    ),
    Operation(
        "getRun",
        "GET",
        "/runs/{run}",
        "A run, long texts shortened.",
        run_views.one_run,
        RunPage,
        (_RUN,),
        refusals=(404,),
    ),
    Operation(
        "getRawRun",
        "GET",
        "/runs/{run}/raw",
        "All that is stored of a run.",
        run_views.raw_run,
        RawRun,
        (_RUN,),
        refusals=(404,),
    ),
    Operation(
        "compareBatches",
        "GET",
        "/compare",
        "Two sides compared.",
        compare_views.compare_batches,
        BatchComparison,
        _sides("an id of a batch, last, last-green, a tag or a commit", "last-green@main", "last"),
        refusals=(404,),
    ),
    Operation(
        "compareRuns",
        "GET",
        "/compare/runs",
        "Two conversations, turn by turn.",
        compare_views.compare_runs,
        RunComparison,
        _sides("the id of a run", _RUN_ID, "scenariorun_2vZkS5vWxYzAbCdEfGhIjKlMnOp"),
        refusals=(404,),
    ),
    Operation(
        "search",
        "GET",
        "/search",
        "Messages that hold a text.",
        search_views.search,
        SearchResults,
        (Param("q", "the text", is_needed=True, example="parcel"), _OF_BATCH, _LIMIT),
    ),
    Operation("listLabels", "GET", "/labels", "Labels.", compare_views.list_labels, LabelList, (_OF_BATCH,)),
    Operation(
        "getAgreement",
        "GET",
        "/labels/agreement",
        "How far the judge is right.",
        compare_views.agreement,
        Agreement,
        (_OF_BATCH,),
    ),
    Operation(
        "exportLabels",
        "GET",
        "/labels/export",
        "Labels as JSON Lines.",
        export_labels,
        str,
        (_OF_BATCH,),
    ),
    Operation(
        "putLabel",
        "PUT",
        "/labels/{run}/{criterion}",
        "Label a verdict.",
        compare_views.put_label,
        VerdictLabel,
        (_RUN, _CRITERION),
        body=LabelSent,
        refusals=(404,),
    ),
    Operation(
        "deleteLabel",
        "DELETE",
        "/labels/{run}/{criterion}",
        "Remove a label.",
        compare_views.delete_label,
        Removed,
        (_RUN, _CRITERION),
        refusals=(404,),
    ),
    Operation(
        "getChanges",
        "GET",
        "/changes",
        "Runs that changed after a number.",
        changes,
        ChangedRuns,
        (Param("since", "the number; 0 is before everything", Kind.WHOLE, least=0, example=77),),
    ),
)
