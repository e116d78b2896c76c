"""Trials of tests, and scenarios as tests, in small projects with a session of pytest each."""

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing

import pytest

from nested import LEAN
from scenario._pytest.trials import Outcome, TrialVerdict

pytest_plugins = ["pytester"]

INI = f"""\
[pytest]
pythonpath = .
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts = -p no:cacheprovider -p no:randomly {LEAN}
filterwarnings = error
"""
TALK = """
import itertools
import pytest
import scenario
from scenario import AgentRole, checks
from scenario.suite import Scenario, Suite
from scenario.suite.declare import scenario as declared

class User(scenario.AgentAdapter):
    role = AgentRole.USER
    async def call(self, input):
        return "Where is my parcel?"

class Desk(scenario.AgentAdapter):
    def __init__(self, reply="It comes on Monday."):
        self.reply = reply
    async def call(self, input):
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

SCRIPT = [scenario.user(), scenario.agent(), checks.said("Monday")]

async def play(desk, name="parcel"):
    return await scenario.run(name=name, description="", agents=[User(), desk], script=SCRIPT, verbose=False)

count = itertools.count(1)
"""
YAML = """
scenarios:
  - name: comes
    agent: talk:Desk
    user: {python: "talk:User"}
    criteria: [{said: Monday}]
    max_turns: 1
    trials: 3
    tags: [slow]
  - name: does not
    agent: {python: "talk:Desk", args: {reply: No idea.}}
    user: {python: "talk:User"}
    criteria: [{said: Monday}]
    max_turns: 1
"""


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.setenv("SCENARIO_STORE", "off")
    monkeypatch.setattr("sys.path", [str(pytester.path), *__import__("sys").path])
    pytester.makeini(INI)
    pytester.makepyfile(talk=TALK)
    return pytester


def write(project, source, name="test_parcels"):
    project.makepyfile(**{name: "from talk import *\n" + source})


def run(project, *arguments):
    return project.runpytest_inprocess(*arguments)


FLAKY = """
@pytest.fixture
def desk():
    number = next(count)
    return Desk("No idea." if number in {BAD} else "It comes on Monday.")

@pytest.mark.agent_test(trials=5, min_pass_rate=0.8)
async def test_parcel(desk):
    assert await play(desk)
"""


def test_enough_trials_pass_and_each_has_fresh_fixtures(project):
    write(project, FLAKY.replace("BAD", "2"))
    result = run(project)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*5 runs: 4 passed, 1 failed*"])


def test_too_few_trials_pass(project):
    write(project, FLAKY.replace("BAD", "2, 4"))
    result = run(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*3 of 5 trials passed (60%); 80% must pass.", "*Trial 2 failed:", "*assert await play(desk)*"]
    )


def test_the_command_line_says_how_many_trials(project):
    write(project, FLAKY.replace("BAD", "99"))
    result = run(project, "--scenario-trials", "2")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*2 runs: 2 passed, 0 failed*"])


def test_fixtures_of_wider_scopes_stay(project):
    write(
        project,
        """
opened = []

@pytest.fixture(scope="module")
def shop():
    opened.append(1)
    yield "shop"
    opened.append("closed")

@pytest.fixture
def each():
    yield next(count)

@pytest.mark.agent_test(trials=3)
def test_a(shop, each):
    assert opened == [1]

@pytest.mark.agent_test(trials=2)
def test_b(shop, each):
    assert opened == [1] and each > 3
""",
    )
    run(project).assert_outcomes(passed=2)


def test_trials_that_are_not_the_agents_fault_do_not_count(project):
    write(
        project,
        """
@pytest.mark.agent_test(trials=4, min_pass_rate=1.0)
async def test_parcel():
    down = next(count) == 2
    error = scenario.errors.EndpointError("down", endpoint="x", unreachable=True)
    assert await play(Desk(error) if down else Desk())
""".replace("@pytest", "import scenario.errors\n@pytest"),
    )
    result = run(project)
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("marker", ["trials=0", "min_pass_rate=2", "trails=3", "'x'"])
def test_a_marker_that_cannot_be_followed(project, marker):
    write(project, f"@pytest.mark.agent_test({marker})\ndef test_parcel(): pass\n")
    result = run(project)
    assert "@pytest.mark.agent_test takes trials" in result.stdout.str() + result.stderr.str()
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_marker_without_a_number_changes_nothing(project):
    write(project, "@pytest.mark.agent_test\nasync def test_parcel():\n    assert await play(Desk())\n")
    run(project).assert_outcomes(passed=1)


def test_skips_and_broken_fixtures_end_the_trials(project):
    write(
        project,
        """
ran = []

@pytest.fixture
def broken():
    raise LookupError("no database")

@pytest.mark.agent_test(trials=3)
def test_skipped():
    ran.append(1)
    pytest.skip("not now")

@pytest.mark.agent_test(trials=3)
def test_error(broken):
    pass

def test_once():
    assert ran == [1]
""",
    )
    run(project).assert_outcomes(skipped=1, errors=1, passed=1)


def test_the_trials_of_a_test_are_numbered_in_the_store(project):
    write(project, FLAKY.replace("BAD", "2"))
    run(project, "--scenario-store", "runs.db").assert_outcomes(passed=1)
    with closing(sqlite3.connect(project.path / "runs.db")) as connection:
        found = connection.execute("SELECT trial, metadata FROM run ORDER BY trial").fetchall()
    assert [trial for trial, _ in found] == [1, 2, 3, 4, 5]
    assert {json.loads(metadata)["trials"] for _, metadata in found} == {5}


def test_scenarios_of_a_yaml_file_are_tests(project):
    (project.path / "parcel.scenario.yaml").write_text(YAML)
    result = run(project, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*parcel.scenario.yaml::comes PASSED*",
            "*parcel.scenario.yaml::does not FAILED*",
            "does not: 0 of 1 trials passed; 100% must pass.",
            "Trial 1 (seed *): *",
            "*No idea.*",
            "*4 runs: 3 passed, 1 failed*",
        ]
    )


def test_scenarios_are_chosen_like_other_tests(project):
    (project.path / "parcel.scenario.yaml").write_text(YAML)
    run(project, "-k", "slow").assert_outcomes(passed=1, deselected=1)
    run(project, "-m", "not agent_test").assert_outcomes(deselected=2)
    run(project, "parcel.scenario.yaml::does not", "--scenario-trials", "2").assert_outcomes(failed=1)


def test_a_yaml_file_that_cannot_be_used(project):
    (project.path / "parcel.scenario.yaml").write_text(YAML.replace("criteria", "criterias"))
    result = run(project)
    result.stdout.fnmatch_lines(["*line 6: there is no key `criterias` here. Did you mean `criteria`[?]"])
    result.assert_outcomes(errors=1)
    assert "Traceback" not in result.stdout.str()


DECLARED = """
one = Scenario(name="one", agents=[User, Desk], script=SCRIPT, trials=2)

@declared
def two():
    return Scenario(name="two", agents=[User, lambda: Desk("No idea.")], script=SCRIPT)

suite = Suite([one.with_(name="three")])

def test_plain():
    pass
"""


def test_scenarios_that_a_module_declares_are_tests(project):
    write(project, DECLARED)
    result = run(project, "-v")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["*test_parcels.py::one PASSED*", "*test_parcels.py::two FAILED*", "*::three PASSED*"]
    )


SIDE_BY_SIDE = """
import threading
barrier = threading.Barrier(4, timeout=20)

class Meets(scenario.AgentAdapter):
    async def call(self, input):
        barrier.wait()
        return "It comes on Monday."

suite = Suite([Scenario(name=f"s{n}", agents=[User, Meets], script=SCRIPT) for n in range(4)])
"""


def test_scenarios_are_played_side_by_side(project):
    write(project, SIDE_BY_SIDE)
    run(project, "--scenario-concurrency", "4").assert_outcomes(passed=4)


def test_so_many_at_once_and_not_more(project):
    write(project, SIDE_BY_SIDE.replace("timeout=20", "timeout=0.3"))
    run(project, "--scenario-concurrency", "2").assert_outcomes(failed=4)


def test_results_stand_in_junits_properties(project):
    write(project, FLAKY.replace("BAD", "2"))
    (project.path / "parcel.scenario.yaml").write_text(YAML)
    run(project, "--junitxml=junit.xml")
    cases = {case.get("name"): case for case in ET.parse(project.path / "junit.xml").iter("testcase")}  # noqa: S314 - ours
    properties = {
        name: [(each.get("name"), each.get("value")) for each in case.iter("property")]
        for name, case in cases.items()
    }
    flaky = properties["test_parcel"]
    assert ("trials_passed", "4") in flaky
    assert [re.sub(r"\d\.\d\d s", "#", value) for name, value in flaky if name == "scenario parcel"][:2] == [
        "PASSED, 1 turns, #",
        "FAILED, fault of the agent, 1 turns, #",
    ]
    comes = dict(properties["comes"])
    assert (comes["trials"], comes["trials_passed"], comes["cost_usd"]) == ("3", "3", "0.000000")
    assert len(comes["seeds"].split()) == 3


def test_with_xdist(project):
    write(project, FLAKY.replace("BAD", "2") + DECLARED)
    (project.path / "parcel.scenario.yaml").write_text(YAML)
    result = run(project, "-n", "2", "--scenario-store", "runs.db")
    result.assert_outcomes(passed=5, failed=2)
    result.stdout.fnmatch_lines(["*14 runs: *"])
    with closing(sqlite3.connect(project.path / "runs.db")) as connection:
        assert connection.execute("SELECT count(*) FROM run").fetchone() == (14,)


def test_a_session_that_is_interrupted_leaves_nothing_behind(project):
    write(project, DECLARED)
    run(project, "-x", "--scenario-concurrency", "1").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("verdicts", "rate", "success", "text"),
    [
        ("ppf", 0.6, True, "2 of 3 trials passed (67%); 60% must pass"),
        (
            "ppn",
            1.0,
            True,
            "2 of 2 trials passed (100%), 1 not counted, as something else than the agent is to blame; 100% must pass",
        ),
        (
            "nn",
            0.5,
            False,
            "0 of 0 trials passed, 2 not counted, as something else than the agent is to blame; 50% must pass",
        ),
    ],
)
def test_an_outcome(verdicts, rate, success, text):
    kinds = {"p": TrialVerdict.PASSED, "f": TrialVerdict.FAILED, "n": TrialVerdict.NOT_COUNTED}
    outcome = Outcome(tuple(kinds[each] for each in verdicts), rate)
    assert (outcome.success, str(outcome)) == (success, text)
