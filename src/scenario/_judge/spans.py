"""The spans that a judge reads: what the agent under test did, without what its testers did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_ROLE = "scenario.role"
_TESTERS = frozenset({"User", "Judge"})


def of_the_agent(spans: Sequence[Any]) -> list[Any]:
    """The spans that do not belong to a call of a simulated user or a judge.

    A judge that read its own former calls would read its own prompts; and what a simulated user was told is no
    part of the conversation.

    Args:
        spans: Ended spans. One whose parent is not among them stands for itself.
    """
    by_id = {_id(span): span for span in spans}
    is_testers: dict[int, bool] = {}
    for span in spans:
        path: list[int] = []
        current: Any = span
        while current is not None and _id(current) not in is_testers and _id(current) not in path:
            path.append(_id(current))
            if (current.attributes or {}).get(_ROLE) in _TESTERS:
                is_testers[path[-1]] = True
                break
            current = None if current.parent is None else by_id.get(current.parent.span_id)
        decided = current is not None and is_testers.get(_id(current), False)
        is_testers.update(dict.fromkeys(path, decided))
    return [span for span in spans if not is_testers[_id(span)]]


def _id(span: Any) -> int:
    return span.get_span_context().span_id
