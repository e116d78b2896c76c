"""The routes of the interface, as a list."""

from __future__ import annotations

from typing import Final

from scenario.store import queries
from scenario.store.labels import labels
from scenario.store.open import RunStore
from scenario.store.plain import to_json
from scenario.web import batch_views, compare_views, run_views, shapes
from scenario.web.operations import Asked, Kind, Operation, Param
from scenario.web.shapes import Data

_BATCH: Final = Param("batch", "the id of a batch", is_path=True)
_RUN: Final = Param("run", "the id of a run", is_path=True)
_OF_BATCH: Final = Param("batch", "only those of this batch")
_LIMIT: Final = Param("limit", "the most to return", Kind.WHOLE, least=1, most=500)
_CRITERION: Final = Param("criterion", "the criterion, word for word", is_path=True)
_LABEL_BODY: Final = {
    "type": "object",
    "properties": {"label": {"type": "string", "enum": ["right", "wrong"]}, "note": {"type": "string"}},
    "required": ["label"],
}
_FILTERS: Final = (
    Param("q", "a part of the name, id, branch, commit, tag or set"),
    Param("branch", "only this branch"),
    Param("set", "only with scenarios of this set"),
    Param("state", "only in this state", values=("running", "finished", "interrupted", "stalled")),
    Param(
        "result",
        "only those that all passed, that failed, or that have faults",
        values=("passed", "failed", "faults"),
    ),
    Param("source", "only those played here, or reported by clients", values=("local", "remote")),
    Param(
        "since", "only those that began at this time or later, in seconds since the Unix epoch", Kind.NUMBER
    ),
    Param(
        "until", "only those that began at this time or earlier, in seconds since the Unix epoch", Kind.NUMBER
    ),
    _LIMIT,
    Param("cursor", "what `next_cursor` was in the answer before"),
)


def changes(store: RunStore, asked: Asked) -> Data:
    """The runs that changed after a number."""
    return changes_since(store, asked.whole("since", 0))


def changes_since(store: RunStore, since: int) -> Data:
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


def _sides(what: str) -> tuple[Param, ...]:
    return (Param("a", f"{what}, before", is_needed=True), Param("b", f"{what}, after", is_needed=True))


OPERATIONS: Final = (
    Operation("listBatches", "GET", "/batches", "Batches, newest first.", batch_views.list_batches, _FILTERS),
    Operation(
        "getScenario",
        "GET",
        "/batches/{batch}/scenarios/{name}",
        "A scenario of a batch: trials, curve, criteria, history.",
        batch_views.one_scenario,
        (_BATCH, Param("name", "the scenario's name", is_path=True), Param("set", "the set of the scenario")),
        refusals=(404,),
    ),
    Operation(
        "getBatch",
        "GET",
        "/batches/{batch}",
        "A batch with its runs.",
        batch_views.one_batch,
        (_BATCH,),
        refusals=(404,),
    ),
    Operation(
        "deleteBatch",
        "DELETE",
        "/batches/{batch}",
        "Remove a batch.",
        batch_views.delete_batch,
        (_BATCH,),
        refusals=(404,),
    ),
    Operation(
        "getRun",
        "GET",
        "/runs/{run}",
        "A run, long texts shortened.",
        run_views.one_run,
        (_RUN,),
        refusals=(404,),
    ),
    Operation(
        "getRawRun",
        "GET",
        "/runs/{run}/raw",
        "All that is stored of a run.",
        run_views.raw_run,
        (_RUN,),
        refusals=(404,),
    ),
    Operation(
        "compareBatches",
        "GET",
        "/compare",
        "Two sides compared.",
        compare_views.compare_batches,
        _sides("an id of a batch, last, last-green, a tag or a commit"),
        refusals=(404,),
    ),
    Operation(
        "compareRuns",
        "GET",
        "/compare/runs",
        "Two conversations, turn by turn.",
        compare_views.compare_runs,
        _sides("the id of a run"),
        refusals=(404,),
    ),
    Operation(
        "search",
        "GET",
        "/search",
        "Messages that hold a text.",
        run_views.search,
        (Param("q", "the text", is_needed=True), Param("batch", "only in this batch"), _LIMIT),
    ),
    Operation("listLabels", "GET", "/labels", "Labels.", compare_views.list_labels, (_OF_BATCH,)),
    Operation(
        "getAgreement",
        "GET",
        "/labels/agreement",
        "How far the judge is right.",
        compare_views.agreement,
        (_OF_BATCH,),
    ),
    Operation(
        "exportLabels",
        "GET",
        "/labels/export",
        "Labels as JSON Lines.",
        export_labels,
        (_OF_BATCH,),
        answer={"type": "string"},
    ),
    Operation(
        "putLabel",
        "PUT",
        "/labels/{run}/{criterion}",
        "Label a verdict.",
        compare_views.put_label,
        (_RUN, _CRITERION),
        body=_LABEL_BODY,
        refusals=(404,),
    ),
    Operation(
        "deleteLabel",
        "DELETE",
        "/labels/{run}/{criterion}",
        "Remove a label.",
        compare_views.delete_label,
        (_RUN, _CRITERION),
        refusals=(404,),
    ),
    Operation(
        "getChanges",
        "GET",
        "/changes",
        "Runs that changed after a number.",
        changes,
        (Param("since", "the number; 0 is before everything", Kind.WHOLE, least=0),),
    ),
)
