"""The options, the marker and the fixture."""

from __future__ import annotations

import pytest

from scenario.config import ScenarioConfig

pytest_plugins = ["pytester"]

TELL = """
from scenario.config import resolve

def test_it():
    config = resolve({arguments})
    assert (config.headless, config.debug, config.verbose) == {expected}
"""


def _tell(expected: tuple[bool, bool, bool | int], arguments: str = "") -> str:
    return TELL.format(expected=expected, arguments=arguments)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (False, False, False)),
        (["--headless"], (True, False, False)),
        (["-s", "--scenario-debug"], (False, True, True)),
    ],
)
def test_b39_options_of_its_own_configure_the_runs(project, options, expected):
    project.write(_tell(expected))

    project.run(*options).assert_outcomes(passed=1)


def test_b39_the_debug_option_of_pytest_is_left_alone(project):
    project.write(_tell((False, False, False)))

    project.run("--debug").assert_outcomes(passed=1)


def test_options_stand_above_the_environment_and_the_file(project, monkeypatch):
    monkeypatch.setenv("SCENARIO_HEADLESS", "1")
    (project.path / "pyproject.toml").write_text("[tool.scenario]\nverbose = 2\ndebug = false\n")
    project.write(_tell((False, True, True)))

    project.run("-s", "--scenario-debug").assert_outcomes(passed=1)


def test_an_argument_of_a_run_stands_above_the_options(project):
    project.write(_tell((False, False, True), arguments='{"debug": False}'))

    project.run("-s", "--scenario-debug").assert_outcomes(passed=1)


def test_configure_in_a_test_goes_on_working(project):
    project.write(
        """
        from scenario.config import resolve

        def test_it():
            scenario.configure(headless=False, max_turns=3)
            assert (resolve().headless, resolve().max_turns) == (False, 3)
        """
    )

    project.run("--headless").assert_outcomes(passed=1)


def test_what_was_configured_before_is_there_again_afterwards(project):
    former = ScenarioConfig.default_config = ScenarioConfig(max_turns=4)
    project.write("def test_it(): pass")

    project.run("--headless")

    assert ScenarioConfig.default_config is former


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scenario-debug"], "add -s"),
        (["--scenario-debug", "--capture=sys"], "add -s"),
        (["--scenario-debug", "-s", "--headless"], "leave one out"),
        (["--scenario-debug", "-s", "-n", "2"], "leave out -n"),
    ],
)
def test_debugging_is_refused_where_nobody_can_type(project, options, words):
    project.write("def test_it(): pass")

    result = project.run(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --scenario-debug *{words}*"])


def test_a_person_can_speak_in_the_place_of_the_user(project, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "I have lost my parcel.")
    project.write(
        """
        async def test_it():
            result = await play("typed", scenario.succeed())
            assert result.messages[0]["content"] == "I have lost my parcel."
        """
    )

    result = project.run("-s", "--scenario-debug")

    result.assert_outcomes(passed=1)
    assert "User: I have lost my parcel." in result.outlines


def test_headless_asks_nobody_even_when_a_run_wants_to(project):
    project.write(
        """
        async def test_it():
            result = await play("not typed", scenario.succeed(), debug=True)
            assert result.messages[0]["content"] == "Where is my parcel?"
        """
    )

    project.run("--headless").assert_outcomes(passed=1)


def test_the_options_are_explained(project):
    text = " ".join(project.run("--help").stdout.str().split())

    assert "--headless Nobody is at the terminal" in text
    assert (
        "--scenario-debug Print the conversations, and ask before the simulated user speaks. Needs -s" in text
    )


def test_the_marker_is_registered_and_explained(project):
    project.write("@pytest.mark.agent_test\ndef test_marked(): pass\n\ndef test_other(): pass")

    project.run("--strict-markers", "-m", "agent_test").assert_outcomes(passed=1, deselected=1)
    project.run("--markers").stdout.fnmatch_lines(["@pytest.mark.agent_test: plays scenarios*"])


def test_the_fixture_knows_every_run_of_the_session(project):
    project.write(
        """
        async def test_first():
            await play("good", scenario.succeed())
            with pytest.raises(RuntimeError):
                await play("broken", reply=LookupError("no such order"))
            await play("bad", scenario.fail("no"))

        async def test_second(scenario_reporter):
            assert [name for name, result in scenario_reporter.results] == ["good", "broken", "bad"]
            assert [result.success for name, result in scenario_reporter.results] == [True, False, False]
            assert scenario_reporter.get_summary() == {
                "total": 3, "passed": 1, "failed": 2, "success_rate": 33.33
            }
        """
    )

    project.run().assert_outcomes(passed=2)


def test_a_result_added_by_hand_is_told_with_its_test(project):
    lines = project.section(
        "--scenario-report=all",
        source="""
        async def test_by_hand(scenario_reporter):
            executor = scenario.ScenarioExecutor("by hand", "")
            scenario_reporter.add_result(executor, await executor.fail("too short"))
        """,
    )

    assert lines[0].startswith("FAILED by hand (")
    assert lines[0].endswith(" in test_parcels.py::test_by_hand")
    assert lines[1] == "  too short"
