"""Traces beyond the executor's own spans: setting the SDK up, choosing what is exported, reading it back."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from scenario._tracing.filters import scenario_only, with_custom_scopes
from scenario._tracing.judge_span_collector import JudgeSpanCollector, judge_span_collector
from scenario._tracing.setup import ensure_tracing_initialized, setup_scenario_tracing

if TYPE_CHECKING:
    from scenario._tracing.filtering_exporter import FilteringSpanExporter

__all__ = [
    "FilteringSpanExporter",
    "JudgeSpanCollector",
    "ensure_tracing_initialized",
    "judge_span_collector",
    "scenario_only",
    "setup_scenario_tracing",
    "with_custom_scopes",
]


def __getattr__(name: str) -> Any:
    if name != "FilteringSpanExporter":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(
        "scenario._tracing.filtering_exporter"
    ).FilteringSpanExporter  # needs the SDK
