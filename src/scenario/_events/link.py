"""Where the runs of this process can be watched: told once, as soon as a server says so."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from scenario._events.events import ScenarioEvent, ScenarioRunStartedEvent
from scenario.config import resolve
from scenario.config.scenario_config import is_true

_logger = logging.getLogger("scenario")


class Links:
    """Tells of each address once.

    ``SCENARIO_DISABLE_SIMULATION_REPORT_INFO`` keeps it silent. A page is opened only when ``SCENARIO_BROWSER``
    is ``always`` and the setting ``headless`` is off.

    Args:
        show: Prints a line.
        open_page: Opens an address in a browser.
    """

    def __init__(
        self, show: Callable[[str], Any] | None = None, open_page: Callable[[str], Any] | None = None
    ) -> None:
        self._show = show or _print
        self._open_page = open_page or _open
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def tell(self, event: ScenarioEvent, answer: Mapping[str, Any]) -> None:
        """Tell the address that the answer to the start of a run holds, if it holds one; never raises."""
        url = answer.get("setUrl")
        if (
            not isinstance(event, ScenarioRunStartedEvent)
            or not isinstance(url, str)
            or not url.isprintable()
        ):
            return
        if is_true(os.environ.get("SCENARIO_DISABLE_SIMULATION_REPORT_INFO", "")) or not self._is_new(url):
            return
        page = f"{url.rstrip('/')}/{quote(event.batch_run_id, safe='')}"
        try:
            self._show(f"Follow it live: {page}")
            if _wants_a_browser() and page.startswith(("http://", "https://")):
                opening = threading.Thread(target=self._open, args=(page,), name="scenario-link", daemon=True)
                opening.start()  # a browser in the terminal does not return before it is closed
        except Exception:  # the output is closed, for example; the event was delivered all the same
            _logger.debug("The link could not be shown", exc_info=True)

    def _open(self, page: str) -> None:
        try:
            self._open_page(page)
        except Exception:  # whatever the start of a browser raises
            _logger.debug("The link could not be opened", exc_info=True)

    def _is_new(self, url: str) -> bool:
        with self._lock:
            is_new = url not in self._told
            self._told.add(url)
            return is_new


@cache
def links() -> Links:
    """The links of this process."""
    return Links()


def _wants_a_browser() -> bool:
    return os.environ.get("SCENARIO_BROWSER", "").lower() == "always" and not resolve().headless


def _open(page: str) -> None:
    import webbrowser  # noqa: PLC0415 - hardly ever needed

    webbrowser.open(page)


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a line at the terminal; rich puts it above a spinner
