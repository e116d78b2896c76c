"""The events of the stream of changes, as types. The description of the interface is made of them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Json
from typing_extensions import TypedDict

from scenario.web.batch_data import ChangedRuns


class Latest(TypedDict):
    """How far the store is.

    Attributes:
        latest: The number of the last change.
    """

    latest: int


class ChangeEvent(TypedDict):
    """Runs changed.

    Attributes:
        event: Its name.
        id: The number of the last change.
        data: The runs, as JSON.
    """

    event: Literal["change"]
    id: str
    data: Json[ChangedRuns]


class QuietEvent(TypedDict):
    """The stream began, or it lives although nothing changed for a while.

    Attributes:
        event: Its name.
        id: The number of the last change.
        data: That number, as JSON.
    """

    event: Literal["hello", "tick"]
    id: str
    data: Json[Latest]


LiveEvent: TypeAlias = ChangeEvent | QuietEvent
