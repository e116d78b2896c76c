"""The spans of a run are stored with it, where somebody has set up OpenTelemetry."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scenario import store
from scenario.store import FilePlace

PROGRAM = """
import asyncio, pathlib, sys
import scenario
from scenario._observers import observe_runs
from scenario.store.sink import close_sinks, reader_for
from scenario.store.place import FilePlace
from scenario.testing import ScriptedAgent
scenario.setup_scenario_tracing()
place = FilePlace(pathlib.Path(sys.argv[1]))
with observe_runs(lambda: reader_for(place)):
    agents = [ScriptedAgent("sk-planted4planted4planted4planted4planted4")]
    script = [scenario.agent(), scenario.agent(), scenario.succeed()]
    asyncio.run(scenario.run("traced", "", agents, script=script, verbose=False))
close_sinks()
"""


GO_APART = """
from scenario.store import writer
from scenario.store.sink import sink_for
writer._cores = lambda: 2
sink_for(place).go_apart()
while not sink_for(place)._writer._apart.is_usable():
    pass
"""


@pytest.mark.parametrize("prepare", ["", GO_APART], ids=["here", "apart"])
def test_the_spans_of_a_run_are_stored(tmp_path, prepare):
    place = FilePlace(tmp_path / "runs.db")
    program = PROGRAM.replace("with observe_runs", f"{prepare}with observe_runs")
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(place.path)], check=True, timeout=50)

    with store.open_store(place) as opened:
        whole = store.run(opened, store.runs(opened)[0].id)

    names = [span.name for span in whole.spans]
    assert names == ["ScriptedAgent.call", "Scenario Turn", "ScriptedAgent.call"]
    call, turn, _ = whole.spans
    assert (call.parent_id, call.trace_id, turn.parent_id) == (turn.span_id, turn.trace_id, None)
    assert call.started_at <= call.ended_at
    assert call.data["attributes"]["scenario.role"] == "Agent"
    assert call.trace_id == whole.messages[0].message["trace_id"]
    assert b"sk-planted" not in place.path.read_bytes()
