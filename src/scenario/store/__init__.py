"""The store: what was played, kept in SQLite beside the project or in PostgreSQL.

A writer puts the facts of runs into tables as they happen; readers ask with functions and get frozen rows. Every name
here is loaded when it is first used, and SQLAlchemy with it: most runs are not stored.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenario.store.losses import Losses
    from scenario.store.open import RunStore, open_store
    from scenario.store.place import FilePlace, Place, ServerPlace, place_of
    from scenario.store.queries import batches, changes, find_ids, history, run, runs, search
    from scenario.store.retention import Pruned, prune
    from scenario.store.rows import (
        BatchRow,
        Changes,
        Found,
        Judgement,
        MessageRow,
        ModelCallRow,
        RunRow,
        RunState,
        SpanRow,
        WholeRun,
    )
    from scenario.store.sink import StoreSink, sink_for
    from scenario.store.transfer import Imported, export_runs, import_runs

_HOMES = {
    "losses": ("Losses",),
    "open": ("RunStore", "open_store"),
    "place": ("FilePlace", "Place", "ServerPlace", "place_of"),
    "queries": ("batches", "changes", "find_ids", "history", "run", "runs", "search"),
    "retention": ("Pruned", "prune"),
    "rows": (
        "BatchRow",
        "Changes",
        "Found",
        "Judgement",
        "MessageRow",
        "ModelCallRow",
        "RunRow",
        "RunState",
        "SpanRow",
        "WholeRun",
    ),
    "sink": ("StoreSink", "sink_for"),
    "transfer": ("Imported", "export_runs", "import_runs"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BatchRow",
    "Changes",
    "FilePlace",
    "Found",
    "Imported",
    "Judgement",
    "Losses",
    "MessageRow",
    "ModelCallRow",
    "Place",
    "Pruned",
    "RunRow",
    "RunState",
    "RunStore",
    "ServerPlace",
    "SpanRow",
    "StoreSink",
    "WholeRun",
    "batches",
    "changes",
    "export_runs",
    "find_ids",
    "history",
    "import_runs",
    "open_store",
    "place_of",
    "prune",
    "run",
    "runs",
    "search",
    "sink_for",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
