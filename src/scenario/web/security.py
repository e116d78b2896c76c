"""Who may ask: the token, the names of the host, and pages of other origins. Pure but for the middleware at the end."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenario.web.answers import error_answer

COOKIE: Final = "scenario_token"
HEALTH: Final = "/api/v1/health"
POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL: Final = frozenset({"localhost"})


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request must have.

    Attributes:
        token: The token; None asks for none.
        names: The names by which the server may be called, beside ``localhost`` and plain addresses.
    """

    token: str | None = None
    names: frozenset[str] = frozenset()

    def refusal(
        self, method: str, path: str, headers: Mapping[str, str], query: str
    ) -> tuple[int, str] | None:
        """Why a request is refused: the status and a sentence; None when it is not.

        Args:
            method: Its method.
            path: Its path.
            headers: Its headers, with names in lower case.
            query: What stands after the ``?``.
        """
        host = headers.get("host", "")
        if not is_known_host(host, self.names):
            return (
                403,
                f"This server is not called {_printable(host)!r}. Start it with --name to allow that name.",
            )
        origin = headers.get("origin")
        if origin is not None and not is_same_origin(origin, host):
            return 403, "The request comes from a page of another origin."
        if method not in _SAFE and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return 403, "The request comes from a page of another site."
        if path == HEALTH or self.token is None or self.has_token(headers, query):
            return None
        return (
            401,
            "The token is missing or wrong. Open the address with ?token=…, or send `Authorization: Bearer …`.",
        )

    def has_token(self, headers: Mapping[str, str], query: str) -> bool:
        """Whether a request brings the token."""
        given = [headers.get("x-auth-token", ""), _cookie(headers.get("cookie", "")), token_in(query)]
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given.append(credentials.strip())
        return any(self._is_token(each) for each in given)

    def _is_token(self, given: str) -> bool:
        expected = hashlib.sha256((self.token or "").encode("utf-8", "surrogatepass")).digest()
        return bool(given) and hmac.compare_digest(
            hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest(), expected
        )


def is_known_host(host: str, names: Collection[str]) -> bool:
    """Whether a request may name this host.

    A page of another site can make its own name point here (DNS rebinding), but it cannot make a browser send a
    plain address or a name that is not its own.
    """
    name = _name(host)
    return name in _LOCAL or name in names or _is_address(name)


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a page of this origin is one of ours, however the connection was secured on its way."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    default = {"http": ":80", "https": ":443"}.get(parts.scheme)
    if default is None or not parts.netloc:
        return False
    return parts.netloc.lower().removesuffix(default) == host.lower().removesuffix(default)


def is_loopback(host: str) -> bool:
    """Whether a server that listens on this host is reached from this machine alone."""
    if host in _LOCAL:
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def token_in(query: str) -> str:
    """The token that stands in an address."""
    return parse_qs(query).get("token", [""])[0]


def _name(host: str) -> str:
    """The name without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _printable(text: str) -> str:
    return text[:100].encode("ascii", "replace").decode()


class SecurityMiddleware:
    """Refuses requests, and sends the headers that bind a browser.

    Args:
        app: What answers the others.
        guard: What a request must have.
    """

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        answer = self._answer(scope)
        await (self._app if answer is None else answer)(scope, receive, guarded)

    def _answer(self, scope: Scope) -> Response | None:
        """A refusal, or the way on for a browser that brings the token in the address."""
        headers = Headers(scope=scope)
        query = scope["query_string"].decode("latin-1")
        method, path = scope["method"], scope["path"]
        refusal = self._guard.refusal(method, path, headers, query)
        if refusal is not None:
            return error_answer(*refusal)
        if (
            method == "GET"
            and self._guard.token
            and token_in(query)
            and not path.startswith(("/api/", "/v1/"))
        ):
            return _with_cookie(path, query, self._guard.token, is_secure=scope.get("scheme") == "https")
        return None


def _with_cookie(path: str, query: str, token: str, *, is_secure: bool) -> Response:
    rest = {name: values for name, values in parse_qs(query).items() if name != "token"}
    here = (
        f"./{quote(path.rpartition('/')[2], safe='')}"  # relative, so that it holds under any path of a proxy
    )
    target = f"{here}?{urlencode(rest, doseq=True)}" if rest else here
    answer = Response(status_code=303, headers={"location": target})
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=is_secure)
    return answer
