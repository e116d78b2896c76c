"""What the traces of all turns of a run have in common, as a value."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from scenario import _genai as genai
from scenario._utils.values import value


@value
class TraceLabels:
    """What the traces of all turns of a run have in common."""

    run_id: str
    thread_id: str
    name: str
    batch_run_id: str
    set_id: str

    def metadata(self, turn: int) -> dict[str, Any]:
        """The metadata of one turn's trace."""
        return {
            "labels": ["scenario"],
            "thread_id": self.thread_id,
            "scenario.name": self.name,
            "scenario.batch_id": self.batch_run_id,
            "scenario.set_id": self.set_id,
            "scenario.turn": turn,
        }

    def metadata_json(self, turn: int) -> str:
        """The same as JSON. Only the turn differs from one time to the next."""
        return f'{_start_of_json(self)}, "scenario.turn": {turn}}}'


@lru_cache(maxsize=256)
def _start_of_json(labels: TraceLabels) -> str:
    metadata = labels.metadata(0)
    del metadata["scenario.turn"]
    return genai.to_json(metadata).removesuffix("}")
