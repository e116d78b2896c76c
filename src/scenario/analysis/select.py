"""The runs that a name means: a batch, a tag, the last one, or the last green one of a branch."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenario.analysis.summary import BatchSummary, summarise
from scenario.errors import ScenarioError
from scenario.store import queries
from scenario.store.invocations import Invocation, invocations
from scenario.store.open import RunStore
from scenario.store.rows import RunRow

LAST = "last"
GREEN = "last-green"
_LISTS_THEM = "`scenario runs` lists them."
_SHORTEST_COMMIT = 7
_SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class Selection:
    """Runs that were asked for.

    Attributes:
        name: What was asked for.
        batch_ids: The batches that it means.
        runs: Their runs.
        info: What is known of the newest of these batches, such as its commit.
    """

    name: str
    batch_ids: tuple[str, ...]
    runs: tuple[RunRow, ...]
    info: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What to call it: the batches, and how they were asked for where that says more."""
        ids = ", ".join(self.batch_ids)
        return ids if self.name in self.batch_ids or len(self.batch_ids) > 1 else f"{ids} ({self.name})"

    def summary(self, *, confidence: float = 0.95) -> BatchSummary:
        """What these runs come to."""
        return summarise(self.runs, label=self.label, info=self.info, confidence=confidence)


def select(store: RunStore, name: str, *, without: Collection[str] = ()) -> Selection:
    """The runs that a name means.

    Args:
        store: An open store.
        name: The id of a batch, or its beginning; ``last``; ``last@BRANCH``; ``last-green`` and
            ``last-green@BRANCH``, the newest batch in which every trial that counts passed and none is missing; a tag
            or a commit of a batch, where it has them. Several, with commas between, mean all of their runs.
        without: Batches that are not meant by ``last`` and ``last-green``, by a tag or by a commit.

    Returns:
        The runs.

    Raises:
        ScenarioError: Nothing is called so, or more than one.
    """
    known = invocations(store)
    found = [_one(store, part.strip(), known, without) for part in name.split(",") if part.strip()]
    if not found:
        raise ScenarioError(f"Name a batch, or say `last`. {_LISTS_THEM}")
    ids = tuple(dict.fromkeys(each.id for each in found))
    runs = tuple(run for batch in ids for run in queries.runs(store, batch=batch))
    return Selection(name, ids, runs, max(found, key=lambda each: each.started_at).info)


def _one(store: RunStore, name: str, known: Sequence[Invocation], without: Collection[str]) -> Invocation:
    word, _, branch = name.partition("@")
    others = [each for each in known if each.id not in without]
    if word in {LAST, GREEN}:
        return _newest(store, name, word, branch, others)
    exact = [each for each in known if each.id == name]
    tagged = [each for each in others if name in each.tags][:1]
    begun = [each for each in known if _begins(each.id, name)]
    commits = [each for each in others if len(name) >= _SHORTEST_COMMIT and each.commit.startswith(name)][:1]
    fitting = exact or tagged or begun or commits
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(each.id for each in fitting[:5])
        raise ScenarioError(f"{name!r} means {len(fitting)} batches: {ids}. Give more of the id.")
    raise ScenarioError(f"No batch is called {name!r}. {_hint(name, known)}")


def _newest(store: RunStore, name: str, word: str, branch: str, known: Sequence[Invocation]) -> Invocation:
    there = [each for each in known if not branch or each.branch == branch]
    for each in there:
        if word == LAST or summarise(queries.runs(store, batch=each.id), info=each.info).is_green:
            return each
    where = f" on {branch}" if branch else ""
    if not there:
        raise ScenarioError(f"{name!r} means nothing: the store has no other batch{where}. {_LISTS_THEM}")
    raise ScenarioError(
        f"{name!r} means nothing: of {len(there)} batches{where} none has only trials that passed. {_LISTS_THEM}"
    )


def _hint(name: str, known: Sequence[Invocation]) -> str:
    near = difflib.get_close_matches(name, [each.id for each in known], n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]}?"
    return _LISTS_THEM if known else "The store is empty."


def _begins(batch: str, prefix: str) -> bool:
    """Whether an id begins so, with or without what stands before the ``_``."""
    return batch.startswith(prefix) or (len(prefix) >= _SHORTEST_PREFIX and f"_{prefix}" in batch)
