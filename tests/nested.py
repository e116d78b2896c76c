"""Sessions of pytest that tests start, many of them inside of this process: lean ones.

What such a session loads is unloaded when it ends, and loaded again by the next one. So all that they use is loaded
here, before; and the plugins that no test of theirs needs are left out, as these take longer than most sessions last.
"""

from __future__ import annotations

import scenario._console.view
import scenario._engine.spans
import scenario._events.event_bus
import scenario._events.event_reporter
import scenario._judge.judging
import scenario._models.named_model
import scenario._pytest.items
import scenario._pytest.properties
import scenario._replay.recorded
import scenario._replay.taping
import scenario.pytest_plugin
import scenario.report.assertion
import scenario.report.reporter
import scenario.report.session
import scenario.report.terminal
import scenario.scenario_executor
import scenario.store.place
import scenario.store.sink
import scenario.suite.load_yaml
import scenario.suite.suite_run
import scenario.testing
from scenario import store, suite

for _package in (scenario, store, suite):
    for _name in _package.__all__:
        getattr(_package, _name)

UNUSED = ("anyio", "hypothesispytest", "inline_snapshot", "llmock", "schemathesis")
LEAN = " ".join(f"-p no:{name}" for name in UNUSED)
"""For ``addopts``."""
