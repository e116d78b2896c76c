"""The commands that read, move and remove what was stored."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from scenario import store
from scenario._engine.facts import RunStatus
from scenario.cli import main
from scenario.store import FilePlace
from scenario.types import CriterionStatus, Fault, FaultKind, RunOutcome
from store.stories import Story, story, verdict

DAYS_AGO = 86_400 * 30


def run(*arguments, **options):
    return CliRunner().invoke(main, arguments, **options)


def keep(path, *stories):
    sink = store.StoreSink(FilePlace(path))
    for told in stories:
        for fact in told.facts:
            sink.receive(fact)
    assert not sink.close()


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return tmp_path


@pytest.fixture
def stored(project):
    broken = Story("scenariorun_3", began=1_800_000_300.0, name="evil \x1b[31m name")
    broken.says("Where \x1b]0;title\x07 is it?\u202e", "user").says(
        None, tool_calls=[call("find", '{"id": 7}')]
    )
    fault = Fault(FaultKind.INFRASTRUCTURE, "the model could not be reached")
    broken.ends(
        RunStatus.ERROR, error="no model", outcome=RunOutcome.ERROR, fault=fault, reasoning="no model"
    )
    keep(project / ".scenario" / "runs.db", story(1), story(2, passes=False, batch="b2"), broken)
    return project


def call(name, arguments):
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}


def test_runs_lists_the_newest_first_below_their_batches(stored):
    result = run("runs")

    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines if line] == ["batch", "3", "batch", "2", "batch", "1"]
    assert re.search(
        r"^  2  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  FAILED  +late parcel  1 turn, 2.00 s$",
        result.stdout,
        re.MULTILINE,
    )
    assert "\x1b" not in result.stdout


def test_runs_can_be_limited_and_narrowed(stored):
    assert len(run("runs", "--limit", "1", "--json").stdout.splitlines()) == 1
    ids = [json.loads(line)["id"] for line in run("runs", "--failed", "--json").stdout.splitlines()]
    assert ids == ["scenariorun_3", "scenariorun_2"]


def test_a_store_without_such_runs_says_so(project):
    keep(project / "own.db", story(1))

    assert "There is no run that did not pass in" in run("runs", "--failed", "--store", "../own.db").stdout


def test_show_prints_the_conversation_the_verdict_and_the_evidence(stored):
    result = run("show", "scenariorun_2")

    assert result.exit_code == 0, result.output
    for line in (
        "late parcel",
        "A parcel is late.",
        "turn 0",
        "  0 User: Where is my parcel?",
        "  1 Agent: It is on its way, number 2.",
        "FAILED  1 turn, 2.00 s",
        "  fault of the agent: said so",
        "final verdicts",
        "  failed it says where: it does",
        "      message 1: on its way",
    ):
        assert line in result.stdout.splitlines(), line


def test_show_makes_control_characters_visible(stored):
    shown = run("show", "scenariorun_3").stdout

    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    assert r"Where \x1b]0;title\x07 is it?\u202e" in shown
    assert r"evil \x1b[31m name" in shown
    assert 'Agent calls find({"id": 7})' in shown
    assert "fault of the infrastructure: the model could not be reached" in shown


def test_show_at_a_terminal_has_colours_and_no_others(stored):
    shown = run("show", "scenariorun_3", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"}).stdout

    assert "\x1b[" in shown
    assert "\x1b]0;title" not in shown


def test_show_tells_checkpoints_rollbacks_calls_of_models_and_losses(project):
    from scenario._engine.checkpoints import Checkpoint
    from scenario._engine.facts import CheckpointJudged, ModelCalled, fold
    from scenario.usage import ModelCall, Usage
    from store.stories import DESK

    told = Story(metadata={"trial": 2, "seed": 9}).says("one").says("two").cut(1)
    told.tell(
        CheckpointJudged,
        turn=0,
        checkpoint=Checkpoint(True, (verdict("kind", CriterionStatus.INCONCLUSIVE),)),
    )
    told.tell(ModelCalled, agent=DESK, turn=0, call=ModelCall("gpt", "openai", Usage(1, 10, 5, cost=0.5)))
    told.ends(usage=fold(told.facts).usage)
    keep(project / "own.db", told)

    shown = run("show", "scenariorun_1", "--store", "../own.db").stdout

    assert "late parcel, trial 2, seed 9" in shown
    assert "(1 messages were rolled back)" not in shown
    assert "(1 message was rolled back)" in shown
    assert "checkpoint verdicts in turn 0\n  inconclusive kind" in shown
    assert "models: 1 call, 10 + 5 tokens, $0.5000" in shown


def test_show_as_json_holds_everything(stored):
    data = json.loads(run("show", "scenariorun_1", "--json").stdout)

    assert data["run"]["name"] == "late parcel"
    assert data["messages"][0]["message"]["content"] == "Where is my parcel?"
    assert data["judgements"][0]["verdicts"][0]["status"] == "passed"


def test_the_beginning_of_an_id_is_enough(project):
    keep(project / "own.db", story(12345), story(12399))

    assert "number 12345." in run("show", "1234", "--store", "../own.db").stdout
    several = run("show", "scenariorun_123", "--store", "../own.db")
    assert several.exit_code == 1
    assert "can mean several" in several.stderr
    assert "scenariorun_12345" in several.stderr


@pytest.mark.parametrize(
    ("typed", "told"), [("scenariorun_11", "Did you mean scenariorun_1?"), ("%", "lists what is there")]
)
def test_an_unknown_id_names_the_nearest(stored, typed, told):
    result = run("show", typed)

    assert (result.exit_code, told in result.stderr) == (1, True)
    assert repr(typed) in result.stderr


@pytest.mark.parametrize("command", [["runs"], ["show", "x"], ["export"], ["prune", "--keep-days", "1"]])
def test_without_a_store_a_command_says_how_one_comes_to_be(project, command):
    result = run(*command)

    assert result.exit_code == 1
    assert "There is no store at" in result.stderr
    assert "SCENARIO_STORE=PATH" in result.stderr
    assert not (project / ".scenario").exists()


@pytest.mark.parametrize("content", [b"not a database" * 100, b""])
def test_what_is_no_store_is_told_in_a_line(project, content):
    (project / "own.db").write_bytes(content)
    result = run("runs", "--store", "../own.db")

    assert result.exit_code == (1 if content else 0)
    assert len(result.output.splitlines()) == 1


def test_a_store_that_is_off_is_told(project, monkeypatch):
    monkeypatch.setenv("SCENARIO_STORE", "off")

    assert "The store is off" in run("runs").stderr


def test_an_export_can_be_imported_elsewhere_and_again(stored):
    exported = run("export", "-o", "runs.jsonl")
    assert "Exported 3 runs" in exported.stderr
    first = run("import", "runs.jsonl", "--store", "new.db")
    second = run("import", "runs.jsonl", "runs.jsonl", "--store", "new.db")

    assert "3 new, 0 replaced, 0 known already" in first.stdout
    assert second.stdout.count("0 new, 0 replaced, 3 known already") == 2
    assert run("runs", "--store", "new.db").stdout == run("runs").stdout


def test_an_export_of_some_goes_to_standard_output(stored):
    lines = run("export", "scenariorun_1", "b2").stdout.splitlines()

    assert [json.loads(line)["run"]["id"] for line in lines[1:]] == ["scenariorun_1", "scenariorun_2"]
    assert "nothing with the id 'nix'" in run("export", "nix").stderr


def test_an_import_of_something_else_is_told_with_its_name(stored):
    (stored / "below" / "x.jsonl").write_text("hello\n")
    result = run("import", "x.jsonl")

    assert result.exit_code == 1
    assert "x.jsonl, line 1" in result.stderr


def test_prune_asks_and_removes(stored):
    keep(stored / ".scenario" / "runs.db", Story("scenariorun_old", began=1.0).ends())
    path = str(stored / ".scenario" / "runs.db")

    assert run("prune", "--keep-days", "10000", input="n\n").exit_code == 1
    assert len(store.runs(store.open_store(FilePlace(stored / ".scenario" / "runs.db")))) == 4
    assert "Removed 1 run from" in run("prune", "--keep-days", "10000", "--yes", "--store", path).stdout
    assert "older than 10000 days" in run("prune", "--keep-days", "10000").stdout
    assert run("prune").exit_code == 2


def test_the_help_of_a_command_loads_no_database():
    import subprocess
    import sys

    program = """
import sys
from click.testing import CliRunner
from scenario.cli import main
for name in ("runs", "show", "export", "import", "prune"):
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0
print([name for name in ("sqlalchemy", "sqlite3", "rich", "scenario.store") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
