"""How the commands get at a store: where it is, opening it, and finding what somebody means by an id."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from scenario.store import Place, RunStore

_SHOWN: Final = 10
_LOOKED_AT: Final = 1000


def place_named(setting: str | None) -> Place | None:
    """Where the store is that the option, the configuration or the project names; None where it is off."""
    from scenario.config import resolve  # noqa: PLC0415 - loaded by commands that need a store
    from scenario.store import place_of  # noqa: PLC0415 - likewise

    return place_of(resolve().store if setting is None else setting)


@contextmanager
def opened(setting: str | None, *, create: bool = False) -> Generator[RunStore]:
    """The store that the option, the configuration or the project names; trouble ends the command with a line."""
    from scenario.errors import ScenarioError  # noqa: PLC0415 - loaded by commands that need a store
    from scenario.store import open_store  # noqa: PLC0415 - likewise
    from scenario.store.open import FAILURES, reason_of  # noqa: PLC0415 - likewise

    try:
        place = place_named(setting)
        if place is None:
            raise click.ClickException("The store is off. Name one with --store PATH.")
        with open_store(place, create=create) as store:
            yield store
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
    except FAILURES as error:
        raise click.ClickException(f"The store cannot be used: {reason_of(error)}") from error


def only_id(store: RunStore, text: str, *, is_run: bool = False) -> str:
    """The one id that `text` means: a whole one, or a beginning, with or without what stands before the ``_``.

    Args:
        store: The store.
        text: What somebody typed.
        is_run: Whether only runs count, and no batches.

    Raises:
        click.ClickException: There is none, or more than one.
    """
    from scenario.store import find_ids  # noqa: PLC0415 - loaded by commands that need a store

    found = find_ids(store, text, batches=not is_run, limit=_SHOWN)
    if len(found) == 1:
        return found[0]
    if found:
        shown = "\n  ".join(found)
        raise click.ClickException(f"{text!r} can mean several; type more of one of these:\n  {shown}")
    import difflib  # noqa: PLC0415 - only for an id that is wrong

    known = find_ids(store, "", batches=not is_run, limit=_LOOKED_AT)
    near = difflib.get_close_matches(
        text, known + [each.partition("_")[2] for each in known], n=1, cutoff=0.4
    )
    advice = f"Did you mean {near[0]}?" if near else "`scenario runs` lists what is there."
    raise click.ClickException(f"The store {store.place} has nothing with the id {text!r}. {advice}")
