"""Who else makes spans of a model's calls: the instrumentors that are known to wrap its clients."""

from __future__ import annotations

from typing import Any

_PACKAGES = frozenset(
    {
        "agentops",
        "langfuse",
        "langtrace_python_sdk",
        "langwatch",
        "logfire",
        "mlflow",
        "openinference",
        "openlit",
        "opentelemetry",
        "phoenix",
        "weave",
    }
)


def is_instrumented(method: Any) -> bool:
    """Whether one of the functions that are wrapped around a method belongs to an instrumentor."""
    while method is not None:
        wrapper = getattr(method, "_self_wrapper", method)  # what the `wrapt` package calls
        wrapper = getattr(wrapper, "__func__", wrapper)
        home = getattr(wrapper, "__globals__", {}).get("__name__") or type(wrapper).__module__
        if home.partition(".")[0] in _PACKAGES:
            return True
        method = getattr(method, "__wrapped__", None)
    return False
