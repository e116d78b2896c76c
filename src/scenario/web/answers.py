"""What the server answers: JSON that is always valid, and errors in one form."""

from __future__ import annotations

from typing import Any, Literal

from starlette.responses import Response
from typing_extensions import TypedDict

from scenario.store.plain import plain, to_json


class Failure(TypedDict):
    """Why a request was refused, or could not be answered.

    Attributes:
        error: A sentence, with what to do.
    """

    error: str


class Health(TypedDict):
    """That the server answers.

    Attributes:
        status: Always ``ok``.
        version: The version of this library.
    """

    status: Literal["ok"]
    version: str


class Described(TypedDict):
    """A description of an interface: an OpenAPI document.

    Attributes:
        openapi: The version of the form.
        info: Title and version.
        paths: The routes.
        components: The parts that the routes refer to.
        security: What a request must have.
    """

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
    security: list[dict[str, list[str]]]


class RefusedError(Exception):
    """A request that cannot be answered as it was asked.

    Args:
        status: The status of HTTP.
        message: Why, in a sentence, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def not_there(name: str) -> RefusedError:
    """The refusal of an id that nothing has. What it would be is told by who asked: routes and screens name it differently."""
    return RefusedError(404, f"Nothing is stored under {name!r}. It may have been removed.")


class JsonAnswer(Response):
    """JSON. Numbers that JSON does not have, and halves of characters, are written so that it stays valid."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        return to_json(plain(content)).encode()


def error_answer(status: int, message: str) -> JsonAnswer:
    """An error, as every route tells one."""
    failure: Failure = {"error": message}
    return JsonAnswer(failure, status_code=status)
