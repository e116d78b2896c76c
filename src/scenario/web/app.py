"""The application: routes, guard and threads over one store."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from scenario.store.open import FAILURES, RunStore, reason_of
from scenario.web.answers import Health, JsonAnswer, RefusedError, error_answer
from scenario.web.assets import Assets
from scenario.web.bodies import body_of, json_of
from scenario.web.ingest import Ingest
from scenario.web.intake import Intake
from scenario.web.live import Stopping, stream
from scenario.web.openapi import BASE, EVENTS, LAST_EVENT, LINES, SINCE, description
from scenario.web.operations import Operation, checked, value_of
from scenario.web.routes import OPERATIONS
from scenario.web.security import Guard, SecurityMiddleware

_MOST_SENT: Final = 2**20
Endpoint = Callable[[Request], Awaitable[Response]]


class Parts:
    """What an application consists of.

    Args:
        store: The store; who made it closes it.

    Attributes:
        store: The store.
        stopping: Ends the streams.
        intake: Takes in what clients send.
    """

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.stopping = Stopping()
        self.intake = Intake(store)


def make_app(store: RunStore, guard: Guard | None = None, parts: Parts | None = None) -> Starlette:
    """The application.

    Args:
        store: An open store; who made it closes it.
        guard: What requests must have; by default no token.
        parts: Given by who wants to end the streams, or wait for what clients sent.
    """
    given = parts or Parts(store)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        given.intake.start()
        yield
        given.stopping.set()
        await run_in_threadpool(given.intake.close)

    return Starlette(
        routes=_routes(given),
        middleware=[Middleware(SecurityMiddleware, guard=guard or Guard())],
        exception_handlers={
            RefusedError: _refused,
            HTTPException: _http_error,
            404: _http_error,
            **dict.fromkeys(FAILURES, _store_failed),
        },
        lifespan=lifespan,
    )


def _routes(parts: Parts) -> list[Route]:
    told = version("agent-scenario")
    document = functools.cache(functools.partial(description, OPERATIONS, told))  # made when it is asked for
    assets = Assets()

    async def health(_: Request) -> Response:
        return JsonAnswer(Health(status="ok", version=told))

    async def described(_: Request) -> Response:
        return JsonAnswer(await run_in_threadpool(document))

    async def live(request: Request) -> Response:
        since = _since(request)
        events = stream(parts.store, since, parts.stopping)
        return StreamingResponse(events, media_type=EVENTS, headers={"x-accel-buffering": "no"})

    routes = [
        Route(f"{BASE}/health", health),
        Route(f"{BASE}/openapi.json", described),
        Route(f"{BASE}/live", live),
        *(
            Route(_starlette_path(each), _endpoint(parts.store, each), methods=[each.method])
            for each in _ordered()
        ),
        *Ingest(parts.store, parts.intake, parts.stopping).routes(),
    ]
    return [
        *routes,
        Route("/api/{path:path}", NoRoute(routes)),
        Route("/static/{path:path}", assets.static),
        Route("/{path:path}", assets.page),
    ]


class NoRoute:
    """Answers what no route of the interface answers: the path is not known, or not by that method.

    Args:
        routes: The routes that there are.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        known = [route.methods or () for route in self._routes if route.matches(scope)[0] is Match.PARTIAL]
        methods = sorted({method for each in known for method in each})
        if methods:
            answer = error_answer(405, f"{scope['method']} cannot be used here: use {' or '.join(methods)}.")
            answer.headers["allow"] = ", ".join(methods)
            return answer
        about = f"There is no such route. GET {BASE}/openapi.json describes those that there are."
        return error_answer(404, about)


def _ordered() -> Sequence[Operation]:
    """Fixed paths before those with parameters."""
    return sorted(OPERATIONS, key=lambda each: (each.path.count("{"), -len(each.path)))


def _starlette_path(operation: Operation) -> str:
    """The path for the router. The last parameter may hold slashes where it is a name that people gave."""
    path = BASE + operation.path
    for name in ("name", "criterion"):
        path = path.replace(f"{{{name}}}", f"{{{name}:path}}")
    return path


def _endpoint(store: RunStore, operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body: Any = None
        if operation.body is not None:
            body = json_of(await body_of(request, _MOST_SENT))
        asked = checked(operation, request.path_params, request.query_params, body)
        return await run_in_threadpool(_answered, functools.partial(operation.handle, store, asked))

    return endpoint


def _answered(handle: Callable[[], Any]) -> Response:
    found = handle()
    if isinstance(found, str):
        headers = {"content-disposition": 'attachment; filename="labels.jsonl"'}
        return Response(found, media_type=LINES, headers=headers)
    return JsonAnswer(found)


def _since(request: Request) -> int | None:
    given = (
        (SINCE, request.query_params.get(SINCE.name)),
        (LAST_EVENT, request.headers.get(LAST_EVENT.name)),
    )
    numbers = [value_of(param, text) for param, text in given if text]
    return numbers[-1] if numbers else None


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - it is registered for these alone
    return error_answer(error.status, error.message)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these alone
    return error_answer(error.status_code, f"{error.detail}.")


async def _store_failed(_: Request, error: Exception) -> Response:
    return error_answer(503, f"The store cannot be used now: {reason_of(error)}.")
