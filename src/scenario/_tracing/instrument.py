"""Making spans of the calls of models that agents make, without anybody doing anything for it."""

from __future__ import annotations

from scenario._tracing.litellm_calls import LitellmCalls, record_litellm
from scenario._tracing.model_call import quietly
from scenario._tracing.openai_calls import record_openai

_litellm_calls = LitellmCalls()


def record_model_calls() -> None:
    """Make a span of each call of a model in an agent's recorded call, by the clients that are loaded now.

    Nothing is imported, and what was done before is not done again.
    """
    quietly(lambda: record_litellm(_litellm_calls))
    quietly(lambda: record_openai(_litellm_calls.is_waiting))
