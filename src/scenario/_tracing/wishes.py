"""What somebody wants of tracing, as a value: the arguments of a call, or ``configure(observability=…)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from scenario.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter

    from scenario._tracing.filters import SpanFilter

_SOURCE = "observability"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants of tracing.

    Attributes:
        span_filter: Says which spans exporters get; None is all.
        span_processors: Get every span.
        trace_exporter: Gets the spans that the filter keeps, as soon as they end.
        instrumentors: OpenTelemetry instrumentors.
        otlp: Send the spans that the filter keeps by OTLP over HTTP.
        capture_message_content: Put the words of messages on spans; None leaves it to the environment.
    """

    span_filter: SpanFilter | None = None
    span_processors: Sequence[SpanProcessor] = ()
    trace_exporter: SpanExporter | None = None
    instrumentors: Sequence[Any] = ()
    otlp: bool = False
    capture_message_content: bool | None = None

    @property
    def need_sdk(self) -> bool:
        """Whether they can only be fulfilled with OpenTelemetry's SDK."""
        return bool(self.span_processors or self.trace_exporter or self.instrumentors or self.otlp)


def wishes_of(settings: Mapping[str, Any]) -> Wishes:
    """What ``configure(observability=settings)`` asks for.

    Raises:
        ConfigError: A setting has no such name, or cannot be used.
    """
    names = [each.name for each in fields(Wishes)]
    for name in settings:
        if name not in names:
            import difflib  # noqa: PLC0415 - only for a name that is wrong

            near = difflib.get_close_matches(name, names, n=1)
            advice = f"Did you mean `{near[0]}`?" if near else f"The settings are: {', '.join(names)}."
            raise ConfigError(f"`observability` has no setting `{name}`. {advice}", source=_SOURCE)
    for name in ("otlp", "capture_message_content"):
        if not isinstance(settings.get(name), bool | None):
            raise ConfigError(
                f"`observability`: `{name}` is {settings[name]!r}, and should be True or False. Where OTLP goes is "
                "told by the environment variable OTEL_EXPORTER_OTLP_ENDPOINT.",
                source=_SOURCE,
            )
    return Wishes(**{name: value for name, value in settings.items() if value is not None})
