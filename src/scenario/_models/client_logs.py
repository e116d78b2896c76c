"""The log lines of the HTTP client and of the package above it, without keys: they name whole addresses."""

from __future__ import annotations

import logging
from functools import cache

from scenario._redaction import redactor

_LOGGERS = ("httpx2", "httpx", "openai._base_client")


class WithoutSecrets(logging.Filter):
    """Lets every line pass, with marks in the place of secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the secrets in a line; one without any stays as it is."""
        text = record.getMessage()
        shown = redactor().text(text)
        if shown != text:
            record.msg, record.args = shown, None
        return True


@cache
def redact_client_logs() -> None:
    """Keep secrets out of these logs from now on. What is logged, and where it goes, stays as people set it up."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(WithoutSecrets())
