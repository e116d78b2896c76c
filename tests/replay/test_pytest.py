"""Under pytest: the option, the folder beside the tests, the count that begins anew with each test, and xdist."""

from __future__ import annotations

import json
import textwrap

import pytest

from nested import LEAN
from replay.studio import is_of_the_judge, verdict

pytest_plugins = ["pytester"]

TESTS = """
    import asyncio
    import os

    import pytest

    import scenario


    def play(name):
        model = scenario.ModelConfig(model="openai/scripted", api_base=os.environ["MODEL_URL"], api_key="none")
        agents = [
            scenario.agent_from(lambda input: "It is on its way."),
            scenario.UserSimulatorAgent(model=model),
            scenario.JudgeAgent(model=model, criteria=["It helps"]),
        ]
        script = [scenario.user(), scenario.agent(), scenario.judge()]
        return asyncio.run(scenario.run(name, os.environ.get("ABOUT", ""), agents, script=script))


    @pytest.mark.parametrize("number", range(6))
    def test_it(number):
        assert play("a parcel")


    def test_twice():
        assert play("a parcel") and play("a parcel")
"""


class Project:
    def __init__(self, pytester, monkeypatch, server):
        self.path = pytester.path
        self._pytester = pytester
        self._server = server
        monkeypatch.setenv("MODEL_URL", server.base_url)
        monkeypatch.setenv("SCENARIO_STORE", "off")
        pytester.makeini(
            f"[pytest]\naddopts = -p no:cacheprovider -p no:randomly {LEAN}\nfilterwarnings = error\n"
            "asyncio_default_fixture_loop_scope = function\n"
        )
        (self.path / "tests").mkdir()
        self.write("tests/test_parcels.py", TESTS)

    def write(self, name, text):
        (self.path / name).write_text(textwrap.dedent(text))

    def run(self, *arguments, apart=False):
        run = self._pytester.runpytest_subprocess if apart else self._pytester.runpytest_inprocess
        return run(*arguments)

    @property
    def asked(self):
        return len(self._server.requests)

    @property
    def cassette(self):
        return self.path / "tests" / "cassettes" / "a-parcel.json"


@pytest.fixture
def project(pytester, monkeypatch, server):
    server.reply_with(default=lambda body: f"Parcel {len(server.requests)} is not here.")
    server.reply_with(default=lambda body: verdict(), when=is_of_the_judge)
    return Project(pytester, monkeypatch, server)


def test_the_option_records_beside_the_tests_and_replays(project):
    project.run("--scenario-replay=record").assert_outcomes(passed=7)
    asked = project.asked
    takes = json.loads(project.cassette.read_text())["takes"]

    project.run("--scenario-replay=replay").assert_outcomes(passed=7)

    assert project.asked == asked == 16
    assert [(take["test"], take["take"]) for take in takes] == [
        *((f"test_parcels.py::test_it[{number}]", 1) for number in range(6)),
        ("test_parcels.py::test_twice", 1),
        ("test_parcels.py::test_twice", 2),
    ]


def test_without_the_option_nothing_is_recorded(project):
    project.run().assert_outcomes(passed=7)

    assert not project.cassette.exists()


def test_workers_of_xdist_write_one_file_and_replay_it(project):
    project.run("-n", "2", "--scenario-replay=record").assert_outcomes(passed=7)
    asked, text = project.asked, project.cassette.read_text()

    project.run("-n", "2", "--scenario-replay=replay").assert_outcomes(passed=7)
    project.run("--scenario-replay=replay", "-k", "test_twice or 3").assert_outcomes(passed=2, deselected=5)

    assert (project.asked, project.cassette.read_text()) == (asked, text)
    assert len(json.loads(text)["takes"]) == 8


def test_the_command_of_a_miss_records_that_test_alone(project, monkeypatch):
    project.run("--scenario-replay=record").assert_outcomes(passed=7)
    asked = project.asked
    monkeypatch.setenv("ABOUT", "It was sent yesterday.")

    result = project.run("--scenario-replay=replay")

    result.assert_outcomes(failed=7)
    command = "pytest --scenario-replay=record 'tests/test_parcels.py::test_it[2]'"
    result.stdout.fnmatch_lines([f"*{command}".replace("[", "[[]")])
    project.run(*command.replace("'", "").split()[1:]).assert_outcomes(passed=1)
    assert project.asked == asked + 2
    project.run("--scenario-replay=replay").assert_outcomes(passed=1, failed=6)


def test_the_option_goes_before_what_is_configured(project):
    project.write("tests/conftest.py", "import scenario\nscenario.configure(replay='replay')\n")
    project.run("--scenario-replay=record").assert_outcomes(passed=7)
    asked = project.asked

    project.run().assert_outcomes(passed=7)

    assert project.asked == asked


def test_a_folder_that_is_configured_begins_where_tests_begin(project):
    project.write("pyproject.toml", '[tool.scenario]\nreplay = "auto"\ncassettes = "recordings"\n')
    project.run().assert_outcomes(passed=7)
    asked = project.asked

    project.run("tests/test_parcels.py").assert_outcomes(passed=7)

    data = json.loads((project.path / "recordings" / "a-parcel.json").read_text())
    assert data["takes"][0]["test"] == "tests/test_parcels.py::test_it[0]"
    assert project.asked == asked


def test_an_unknown_mode_is_a_usage_error(project):
    result = project.run("--scenario-replay=rewind", apart=True)

    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_the_demand_ends_with_the_session(project):
    from scenario._replay.takes import takes

    project.run("--scenario-replay=auto", "-k", "twice")

    assert takes.demanded is None
    assert takes.test() is None
