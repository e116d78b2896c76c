"""Sessions of pytest that tests start: without the plugins that only our own tests need.

Each session loads every plugin that is installed, and these take longer than most sessions last.
"""

from __future__ import annotations

UNUSED = ("hypothesispytest", "inline_snapshot", "llmock", "schemathesis")
LEAN = " ".join(f"-p no:{name}" for name in UNUSED)
"""For ``addopts``."""
