"""The library's logger, set up from the environment when a run begins."""

from __future__ import annotations

import logging
import os
import warnings
from functools import lru_cache
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Redacting(logging.Formatter):
    """Replaces secrets in what is logged, tracebacks among it."""

    def format(self, record: logging.LogRecord) -> str:
        from scenario._redaction import redactor  # noqa: PLC0415 - only where something is logged

        return redactor().text(super().format(record))


def configure_logging() -> None:
    """Follow ``SCENARIO_LOG_LEVEL`` and ``SCENARIO_LOG_FILE``; the same values are followed once.

    The level's name sets the level of the logger ``scenario`` and gives it a handler on stderr, unless it has
    handlers; the file's path adds a handler that appends to it. Without a level nothing happens.
    """
    _configure(os.environ.get("SCENARIO_LOG_LEVEL", ""), os.environ.get("SCENARIO_LOG_FILE", ""))


@lru_cache(maxsize=8)
def _configure(level_name: str, file: str) -> None:
    if not level_name:
        return
    logger = logging.getLogger("scenario")
    level = logging.getLevelNamesMapping().get(level_name.upper())
    if level is None:
        warnings.warn(
            f"SCENARIO_LOG_LEVEL={level_name!r} is no level. Use DEBUG, INFO, WARNING, ERROR or CRITICAL.",
            stacklevel=2,
        )
        return
    logger.setLevel(level)
    if not logger.handlers:
        _add(logger, logging.StreamHandler())
    if file:
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            _add(logger, logging.FileHandler(file, encoding="utf-8"))
        except OSError as error:
            warnings.warn(f"SCENARIO_LOG_FILE={file!r} cannot be written: {error}", stacklevel=2)


def _add(logger: logging.Logger, handler: logging.Handler) -> None:
    handler.setFormatter(_Redacting(_FORMAT))
    logger.addHandler(handler)
