"""The routes that clients of the protocol know: events of runs, spans, and the trace of a remote agent."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scenario.store.foreign_events import read_event
from scenario.store.inbox import LetterKind
from scenario.store.open import RunStore
from scenario.store.plain import clean, plain, to_json
from scenario.store.remote_spans import trace
from scenario.store.retention import remove_reported
from scenario.web.answers import JsonAnswer, RefusedError
from scenario.web.bodies import body_of, json_of
from scenario.web.intake import Intake
from scenario.web.live import Stopping
from scenario.web.otlp import spans_of_json, spans_of_protobuf
from scenario.web.span_shapes import trace_span

EVENTS: Final = "/api/scenario-events"
_PROTOBUF: Final = "application/x-protobuf"
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")


class Ingest:
    """The routes for clients.

    Args:
        store: The store.
        intake: Takes in what is sent.
        stopping: Knows how many pages are open.
    """

    def __init__(self, store: RunStore, intake: Intake, stopping: Stopping) -> None:
        self._store = store
        self._intake = intake
        self._stopping = stopping

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route(EVENTS, self.take_event, methods=["POST"]),
            Route(EVENTS, self.delete_events, methods=["DELETE"]),
            Route(f"{EVENTS}/browser-tab", self.offer_tab, methods=["POST"]),
            Route("/api/otel/v1/traces", self.take_spans, methods=["POST"]),
            Route("/v1/traces", self.take_spans, methods=["POST"]),
            Route("/api/trace/{trace_id}", self.give_trace, methods=["GET"]),
        ]

    async def take_event(self, request: Request) -> Response:
        """Take an event, or a list of events."""
        data = await body_of(request)
        told = await run_in_threadpool(_events, data)
        for body in told:
            await asyncio.wrap_future(self._intake.take(LetterKind.EVENT, body))
        url = f"{str(request.base_url).rstrip('/')}/batches"
        return JsonAnswer({"success": True, "url": url}, status_code=201)

    async def delete_events(self, request: Request) -> Response:
        """Remove what clients reported: everything, or one batch or run."""
        query = request.query_params
        removed = await run_in_threadpool(
            remove_reported,
            self._store,
            batch_id=_cleaned(query, "batchRunId"),
            run_id=_cleaned(query, "scenarioRunId"),
        )
        return JsonAnswer({"success": True, "removed": removed.runs})

    async def offer_tab(self, request: Request) -> Response:
        """Say whether a page is open that shows the run already, so that the client opens none."""
        json_of(await body_of(request))
        return JsonAnswer({"delivered": self._stopping.streams > 0})

    async def take_spans(self, request: Request) -> Response:
        """Take spans by OTLP."""
        data = await body_of(request)
        is_json = (
            request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
        )
        body = await run_in_threadpool(_spans, data, is_json=is_json)
        if body is not None:
            await asyncio.wrap_future(self._intake.take(LetterKind.SPANS, body))
        return JsonAnswer({}) if is_json else Response(b"", media_type=_PROTOBUF)

    async def give_trace(self, request: Request) -> Response:
        """Give the spans of a trace; 404 until there are some."""
        trace_id = request.path_params["trace_id"].lower()
        if not _TRACE_ID.fullmatch(trace_id):
            raise RefusedError(404, "The id of a trace has 32 hexadecimal digits.")
        found = await run_in_threadpool(trace, self._store, trace_id)
        if not found:
            raise RefusedError(404, f"No span of the trace {trace_id} has come so far.")
        return await run_in_threadpool(JsonAnswer, {"spans": [trace_span(each) for each in found]})


def _cleaned(query: QueryParams, name: str) -> str | None:
    value = query.get(name)
    return None if value is None else clean(value)


def _events(data: bytes) -> list[bytes]:
    """The events of a body, each as JSON."""
    told: Any = json_of(data)
    events: list[Any] = told if isinstance(told, list) else [told]
    try:
        return [to_json(plain(event)).encode() for event in events if read_event(event) is not None]
    except ValueError as error:
        raise RefusedError(400, str(error)) from error


def _spans(data: bytes, *, is_json: bool) -> bytes | None:
    spans = spans_of_json(json_of(data)) if is_json else spans_of_protobuf(data)
    return to_json(plain(spans)).encode() if spans else None
