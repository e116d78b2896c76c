import io
import json
import shlex
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TextColumn

from scenario.cli import main
from scenario.cli.exit_codes import exit_code_of
from scenario.cli.run_command import _named
from scenario.cli.suite_lines import duration, standing_text
from scenario.cli.suite_view import LiveView, PlainView, view_of
from scenario.store import open_store, place_of
from scenario.suite.progress import Standing, TrialBegan, TrialEnded, TrialRepeated
from scenario.suite.result import Attempt, Ending, SuiteResult, TrialResult
from scenario.suite.trial import Trial
from scenario.types import Fault, FaultKind, RunOutcome
from scenario.usage import Usage

SCENARIOS = """
import asyncio
import sys
import scenario
from scenario import AgentRole, checks
from scenario.suite import Scenario, Suite
from scenario.suite.declare import scenario as declared
from scenario.usage import Usage

class User(scenario.AgentAdapter):
    role = AgentRole.USER
    async def call(self, input):
        return "Where is my parcel?"

class Desk(scenario.AgentAdapter):
    async def call(self, input):
        return "It comes on Monday."

class Lost(scenario.AgentAdapter):
    async def call(self, input):
        return "I do not know."

class Costly(scenario.AgentAdapter):
    async def call(self, input):
        input.report_usage(Usage(calls=1, input_tokens=10, output_tokens=1, cost=0.4), model="m")
        return "It comes on Monday."

class Down(scenario.AgentAdapter):
    role = AgentRole.USER
    async def call(self, input):
        raise scenario.errors.EndpointError("the line is down", endpoint="x", unreachable=True)

class Slow(scenario.AgentAdapter):
    async def call(self, input):
        sys.stdout.write("called\\n")
        sys.stdout.flush()
        await asyncio.sleep(SECONDS)
        return "It comes on Monday."

def made(name, *agents, **more):
    script = [scenario.user(), scenario.agent(), checks.said("Monday")]
    return Scenario(name=name, agents=agents, script=script, **more)

import scenario.errors
"""

RUNNING = {
    "passing": "good = made('good', User, Desk, tags=['fast'], trials=2)\n@declared\ndef also():\n    return made('also good', User, Desk)\n",
    "failing": "suite = Suite([made('good', User, Desk), made('bad', User, Lost)])\n",
    "costly": "costly = made('costly', User, Costly, trials=9)\n",
    "down": "down = made('down', Down, Desk)\n",
    "slow": "slow = made('slow', User, Slow, trials=9)\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    for name, text in RUNNING.items():
        (tmp_path / f"{name}.py").write_text(SCENARIOS.replace("SECONDS", "0.3") + text)
    return tmp_path


def invoke(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_scenarios_that_pass(folder):
    done = invoke("run", "passing.py")
    assert done.exit_code == 0, done.output
    assert "passed   good  2 of 2 passed" in done.output
    assert "3 passed, 0 failed of 3 trials" in done.output
    assert "stored in .scenario/runs.db as scenariobatch_" in done.output


def test_scenarios_that_fail(folder):
    done = invoke("run", "failing.py", "--store", "off")
    assert done.exit_code == 1
    assert "FAILED   bad  0 of 1 passed" in done.output
    assert "the agent did not say it" in done.output
    assert not (folder / ".scenario").exists()


def test_what_is_around_the_agent_breaks(folder):
    done = invoke("run", "down.py", "--retries", "0")
    assert done.exit_code == 3
    assert "no count down  1 not counted" in done.output
    assert "the line is down" in done.output
    assert "Not counted against the agent" in done.output


def test_a_budget(folder):
    done = invoke("run", "costly.py", "--budget-usd", "1", "--concurrency", "1")
    assert done.exit_code == 4
    assert "The budget of $1.00 is used up: $1.20." in done.output
    assert "go on with: scenario run --resume scenariobatch_" in done.output
    again = invoke("run", "--resume")
    assert again.exit_code == 0
    assert "9 passed, 0 failed of 9 trials (3 of them before)" in again.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nothing.py"], "There is no file or folder nothing.py"),
        (["passing.py", "-k", "nobody"], "No scenario is meant by that"),
        (["passing.py", "--shard", "3/2"], "'3/2' is no shard"),
        (["passing.py", "--trials", "0"], "0 is not in the range"),
        (["passing.py", "--budget-usd", "0"], "0.0 is not in the range"),
        (
            ["--resume"],
            "There is no store at .scenario/runs.db, so there is no run to go on with. Begin one with",
        ),
        (["passing.py", "failing.py"], "2 scenarios have the name 'good'"),
        (["pyproject.toml"], "holds no scenarios"),
    ],
)
def test_what_cannot_be_used(folder, arguments, text):
    done = invoke("run", *arguments)
    assert done.exit_code == 2, done.output
    assert text in done.output
    assert "Traceback" not in done.output


def test_a_file_that_raises(folder):
    (folder / "broken.py").write_text("import nothing_of_that_name\n")
    done = invoke("run", "broken.py")
    assert done.exit_code == 2
    assert "broken.py cannot be loaded: ModuleNotFoundError" in done.output
    assert "line 1 of broken.py" in done.output


def test_choosing(folder):
    assert "1 passed" in invoke("run", "passing.py", "-k", "also").output
    assert "2 passed" in invoke("run", "passing.py", "--tag", "fast").output
    assert "1 passed" in invoke("run", "passing.py", "--tag", "!fast").output


def test_the_result_as_json(folder):
    done = CliRunner().invoke(main, ["run", "failing.py", "--json", "--trials", "2", "--seed", "3"])
    found = json.loads(done.stdout)
    assert (found["success"], found["ending"], found["unfinished"]) == (False, "completed", 0)
    good, bad = found["scenarios"]
    assert (good["passed"], bad["passed"], bad["counted"]) == (2, 0, 2)
    assert [each["number"] for each in bad["trials"]] == [1, 2]


def test_more_trials_for_an_old_run(folder):
    invoke("run", "passing.py", "-k", "also")
    done = invoke("run", "--resume", "--trials", "4")
    assert "4 passed, 0 failed of 4 trials (1 of them before)" in done.output


def test_a_store_that_holds_nothing_to_go_on_with(folder):
    with open_store(place_of("runs.db"), create=True):
        pass
    done = invoke("run", "--resume", "--store", "runs.db")
    assert done.exit_code == 2
    assert "runs.db has no run of `scenario run` to go on with. Begin one with `scenario run`" in done.output


def test_what_to_type_names_the_store_where_it_was_named(folder):
    def told(*store):
        output = invoke("run", "costly.py", "--budget-usd", "1", "--concurrency", "1", *store).output
        return output.partition("go on with: ")[2].strip()

    typed = told("--store", "my runs.db")
    assert typed.endswith(" --store 'my runs.db'")
    assert "(3 of them before)" in invoke(*shlex.split(typed)[1:]).output
    assert "--store" not in told()
    assert "--store" not in told("--store", ".scenario/runs.db")


def test_the_key_of_a_server_is_not_told_again():
    server = "postgresql://me:secret@localhost/runs"
    assert _named(server, place_of(server)) == "URL"
    assert _named("postgresql://localhost/runs", place_of("postgresql://localhost/runs")).endswith(
        "localhost/runs"
    )


def test_the_next_word_of_resume_may_be_a_file(folder):
    invoke("run", "passing.py")
    assert "(3 of them before)" in invoke("run", "--resume", "passing.py").output


def test_a_run_of_another_id(folder):
    invoke("run", "passing.py")
    done = invoke("run", "--resume", "scenariobatch_nothing")
    assert done.exit_code == 2
    assert "has nothing with the id" in done.output


def test_the_batch_of_the_environment(folder, monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "build-7")
    assert "as build-7" in invoke("run", "passing.py").output


def test_settings_of_the_command_line_are_set(folder, monkeypatch):
    from scenario.config import ScenarioConfig

    monkeypatch.setattr(ScenarioConfig, "default_config", None)
    invoke("run", "passing.py", "--model", "openai/x")
    assert ScenarioConfig.default_config.default_model == "openai/x"


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_finishes_and_a_second_one_stops(folder, times):
    seconds = "0.5" if times == 1 else "60"
    (folder / "slow.py").write_text(SCENARIOS.replace("SECONDS", seconds) + RUNNING["slow"])
    command = [sys.executable, "-m", "scenario", "run", "slow.py", "--concurrency", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        _interrupt(process, times)


def _interrupt(process, times):
    assert [process.stdout.readline() for _ in range(2)] == ["called\n"] * 2
    process.send_signal(signal.SIGINT)
    while "Finishing" not in process.stderr.readline():
        assert process.poll() is None
    if times == 2:
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 130, error
    if times == 1:
        assert "2 passed, 0 failed, 7 not played of 9 trials" in out
    else:
        assert "0 passed, 0 failed, 9 not played of 9 trials" in out
        assert time.monotonic() - began < 20
    assert "interrupted: It was interrupted." in out
    assert "Traceback" not in error


def test_a_progress_of_plain_lines():
    time_now, lines = [0.0], []
    view = PlainView(2, lines.append, now=lambda: time_now[0])
    trial = Trial("parcel", "x", 1, 2, 0)
    view(TrialBegan(trial))
    time_now[0] = 6.0
    fault = Fault(FaultKind.AGENT, "wrong")
    view(TrialEnded(TrialResult(trial, (Attempt("run", RunOutcome.FAILED, fault, "wrong", seconds=1.5),))))
    assert lines == [
        "FAILED   parcel 1/2  1.50 s",
        "1/2 trials, 0 running, 0 passed, 1 failed, 0.2/s",
    ]


def test_how_far_a_run_is():
    standing = Standing(
        planned=100, running=4, passed=40, failed=5, faults=5, retries=2, spent=Usage(calls=9, cost=0.5)
    )
    assert standing_text(standing, 10.0) == (
        "50/100 trials, 4 running, 40 passed, 5 failed, 5 faults, 2 retries, $0.5000, 5.0/s, 10 s left"
    )
    assert [duration(each) for each in (0.4, 65, 3700)] == ["0 s", "1 min 05 s", "1 h 01 min"]


def test_list(folder):
    done = invoke("list", "passing.py")
    assert done.exit_code == 0
    assert "good  [fast]  2 trials  passing.py:good" in done.output
    assert "2 scenarios, 3 trials" in done.output
    plain = json.loads(CliRunner().invoke(main, ["list", "passing.py", "--json"]).stdout)
    assert [each["name"] for each in plain] == ["good", "also good"]


def test_init_writes_what_can_be_played_at_once(folder):
    for name in RUNNING:
        (folder / f"{name}.py").unlink()
    done = invoke("init", "--yes")
    assert done.exit_code == 0, done.output
    played = invoke("run")
    assert played.exit_code == 0, played.output
    assert "passed   first conversation" in played.output
    again = invoke("init", "--yes")
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_init_asks(folder):
    answers = 'http://127.0.0.1:9/chat\nAbout "parcels".\nHello: there\nyes\n'
    done = CliRunner().invoke(main, ["init", "new"], input=answers)
    assert done.exit_code == 0, done.output
    text = (folder / "new" / "first.scenario.yaml").read_text()
    assert 'agent: {url: "http://127.0.0.1:9/chat"}' in text
    assert invoke("list", "new").exit_code == 0


def test_rejudge(folder):
    (folder / "judged.py").write_text(
        SCENARIOS
        + "j = Scenario(name='parcel', agents=[User, Desk], criteria=[checks.said('Monday')], max_turns=1, trials=2)\n"
    )
    first = invoke("run", "judged.py")
    batch = first.output.split(" as ")[1].split()[0]
    (folder / "judged.py").write_text(
        (folder / "judged.py").read_text().replace("said('Monday')", "said('Saturday')")
    )
    done = invoke("rejudge", batch)
    assert done.exit_code == 0, done.output
    assert "* parcel 1: passed -> failed" in done.output
    assert "2 conversations judged again, 2 with another verdict" in done.output
    run = json.loads(CliRunner().invoke(main, ["rejudge", batch, "--json"]).stdout)[0]["run"]
    shown = invoke("show", run).output
    assert "again verdicts" in shown
    assert textwrap.shorten(shown, 10_000).count("said('Saturday')") >= 2
    assert "passed" in shown


def test_a_progress_at_a_terminal():
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=120)
    trial = Trial("parcel", "x", 1, 2, 0)
    fault = Fault(FaultKind.SIMULATOR, "silent")
    attempt = Attempt("run", RunOutcome.ERROR, fault, "silent", seconds=1.5)
    with Bar(TextColumn("{task.description}"), console=console, auto_refresh=False) as bar:
        view = LiveView(2, bar, bar.add_task("", total=2))
        view(TrialBegan(trial))
        view(TrialRepeated(trial, attempt, 0.5))
        view(TrialEnded(TrialResult(trial, (attempt, attempt))))
        bar.refresh()
    assert "again in 0.5 s: parcel 1, simulator: silent" in text.getvalue()
    assert "fault" in text.getvalue()
    assert "1/2 trials, 0 running, 0 passed, 0 failed, 1 fault, 1 retry" in text.getvalue()


def test_nothing_is_shown_when_nobody_wants_it(capsys):
    with view_of(2, quiet=True) as view:
        view(TrialBegan(Trial("parcel", "x", 1, 2, 0)))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("ending", "outcomes", "code"),
    [
        (Ending.COMPLETED, "pp", 0),
        (Ending.COMPLETED, "pf", 1),
        (Ending.COMPLETED, "pi", 0),
        (Ending.COMPLETED, "ii", 3),
        (Ending.FAILED_FAST, "f", 1),
        (Ending.BUDGET, "p", 4),
        (Ending.BUDGET, "f", 4),
        (Ending.INTERRUPTED, "pp", 130),
    ],
)
def test_exit_codes(ending, outcomes, code):
    faults = {"p": None, "f": Fault(FaultKind.AGENT, "x"), "i": Fault(FaultKind.INFRASTRUCTURE, "x")}
    kinds = {"p": RunOutcome.PASSED, "f": RunOutcome.FAILED, "i": RunOutcome.ERROR}
    trials = tuple(
        TrialResult(Trial("a", "x", number, 2, 0), (Attempt("r", kinds[each], faults[each]),))
        for number, each in enumerate(outcomes, 1)
    )
    assert (
        exit_code_of(SuiteResult("b", trials, {"a": 2 if ending is Ending.COMPLETED else 3}, ending=ending))
        == code
    )
