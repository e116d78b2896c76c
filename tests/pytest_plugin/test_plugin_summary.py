"""The section about scenarios in pytest's summary."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

PASSING = """
async def test_passes():
    assert await play("a good one", scenario.succeed())
"""

FAILING = """
async def test_fails():
    assert await play("a bad one", checks.said("refund"), reply="No.", seconds=0.25)
"""

RAISING = """
async def test_raises():
    await play("a broken one", scenario.succeed(), reply=LookupError("no such order"))
"""


ALL = "--scenario-report=all"


def test_b40_installing_the_library_registers_the_plugin():
    registered = importlib.metadata.entry_points(group="pytest11", name="scenario")

    assert {point.value for point in registered} == {"scenario.pytest_plugin"}


def test_loading_the_plugin_loads_nothing_heavy():
    code = """
import sys
import scenario.pytest_plugin
heavy = {"pydantic", "opentelemetry", "rich", "scenario._engine", "scenario.types", "scenario.config", "scenario.report"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_session_without_scenarios_loads_nothing_heavy_and_says_nothing(project, section):
    (project.path / "test_parcels.py").write_text("def test_nothing(): pass")
    (project.path / "conftest.py").write_text(
        "import sys\ndef pytest_unconfigure():\n    assert not {'scenario.types', 'scenario.report'} & set(sys.modules)\n"
    )

    result = project.run_apart("-v")

    result.assert_outcomes(passed=1)
    assert result.ret == 0
    assert section(result) == []


def test_a_failed_run_is_told_with_its_test_its_criteria_and_the_evidence(project):
    assert project.section(source=FAILING) == [
        "FAILED a bad one (1 turn, 0.25 s, agent 0.25 s) in test_parcels.py::test_fails",
        "  failed: said('refund'): the agent did not say it; the last message is the evidence",
        "    message 1: No.",
        "1 run: 0 passed, 1 failed, success rate 0 %",
    ]


def test_b40_a_run_that_raised_is_told_once_with_its_error(project):
    assert project.section(source=RAISING) == [
        "ERROR a broken one (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_raises",
        "  [desk] no such order",
        "1 run: 0 passed, 1 failed, success rate 0 %",
    ]


def test_the_text_of_a_failed_assertion_stands_there_once(project):
    lines = project.section(
        source="""
        def never(state):
            raise AssertionError("it was rude")

        async def test_asserts():
            await play("a rude one", checks.said("way"), never)
        """
    )

    assert lines[:-1] == [
        "ERROR a rude one (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_asserts",
        "  it was rude",
    ]


def test_a_criterion_that_could_not_be_decided_is_called_so(project):
    lines = project.section(
        ALL,
        source="""
        async def test_undecided():
            verdict = scenario.CriterionResult("is polite", scenario.CriterionStatus.INCONCLUSIVE, "nobody can tell")
            result = scenario.ScenarioResult(
                success=False, messages=[], reasoning="too short", criteria=[verdict],
                failed_criteria=["is polite"], inconclusive_criteria=["is polite"],
            )
            await play("a short one", lambda state: result)
        """,
    )

    assert lines[0].startswith("INCONCLUSIVE a short one")
    assert lines[1:4] == [
        "  too short",
        "  Not counted against the agent: this is the judge's fault.",
        "  inconclusive: is polite: nobody can tell",
    ]
    assert "1 failed (1 not by the agent's fault)" in lines[-1]


def test_a_cancelled_run_is_told(project):
    lines = project.section(
        ALL,
        source="""
        async def test_cancelled():
            async def cancel(state):
                asyncio.current_task().cancel()
                await asyncio.sleep(0)

            with pytest.raises(asyncio.CancelledError):
                await play("a short one", cancel, run=scenario.arun)
        """,
    )

    assert lines[0].startswith("CANCELLED a short one (")
    assert lines[1] == "  CancelledError"


def test_passed_runs_are_only_counted(project):
    assert project.section(source=PASSING) == ["1 run: 1 passed, 0 failed, success rate 100 %"]


def test_passed_runs_have_a_line_each_when_pytest_is_verbose(project):
    assert project.section("-v", source=PASSING) == [
        "PASSED a good one (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_passes",
        "1 run: 1 passed, 0 failed, success rate 100 %",
    ]


@pytest.mark.parametrize(("quiet", "told"), [(["-q"], True), (["-q", "-q"], False)])
def test_twice_quiet_says_nothing(project, quiet, told):
    assert bool(project.section(*quiet, source=FAILING)) is told


def test_several_runs_of_a_test_are_all_told_wherever_they_are_played(project):
    lines = project.section(
        "-v",
        source="""
        async def test_many():
            await asyncio.gather(*(play(f"number {number}", scenario.succeed()) for number in range(3)))
            await play("on this loop", scenario.succeed(), run=scenario.arun)
        """,
    )

    told = {line.split(" (")[0] for line in lines[:-1]}
    assert told == {"PASSED number 0", "PASSED number 1", "PASSED number 2", "PASSED on this loop"}
    assert all(line.endswith(" in test_parcels.py::test_many") for line in lines[:-1])


def test_a_run_outside_of_tests_has_no_test(project):
    lines = project.section(
        "-v", source='asyncio.run(play("at import", scenario.succeed()))\ndef test_it(): pass'
    )

    assert lines[0] == "PASSED at import (1 turn, 0.00 s, agent 0.00 s)"


def test_after_a_test_has_ended_nothing_is_counted_as_its_own(project):
    (project.path / "conftest.py").write_text(
        "from talk import *\n\ndef pytest_sessionfinish():\n    asyncio.run(play('at the end', scenario.succeed()))\n"
    )

    lines = project.section("-v", source=PASSING)

    assert lines[1] == "PASSED at the end (1 turn, 0.00 s, agent 0.00 s)"


def test_a_run_in_a_fixture_belongs_to_the_test_that_asked_for_it(project):
    lines = project.section(
        "-v",
        source="""
        @pytest.fixture(scope="module")
        def played():
            return asyncio.run(play("in a fixture", scenario.succeed()))

        def test_first(played):
            assert played

        def test_second(played):
            assert played
        """,
    )

    assert lines[:-1] == ["PASSED in a fixture (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_first"]


def test_an_executor_tells_each_of_its_runs_and_nothing_of_what_is_played_by_hand(project):
    lines = project.section(
        source="""
        async def test_by_hand():
            executor = scenario.ScenarioExecutor("twice", "", [ScriptedAgent("Hi.")], [scenario.succeed()])
            await executor.run()
            await executor.run()
            executor.reset()
            await executor.step()
        """
    )

    assert lines == ["2 runs: 2 passed, 0 failed, success rate 100 %"]


def test_what_no_terminal_can_show_becomes_a_question_mark(project):
    lines = project.section(
        ALL,
        source=r"""
        async def test_odd():
            await play("a\x1b[31m red \ud800\n one", scenario.fail("no\x00thing"))
        """,
    )

    assert lines[0].startswith("FAILED a?[31m red ? one (")
    assert lines[1] == "  no?thing"


@pytest.mark.parametrize(
    ("passing", "failing", "colour"), [(3, 0, "\x1b[32m"), (7, 3, "\x1b[33m"), (2, 1, "\x1b[31m")]
)
def test_the_totals_are_green_when_all_passed_and_yellow_from_70_percent(project, passing, failing, colour):
    project.write(
        f"""
        async def test_many():
            for number in range({passing}):
                await play("good", scenario.succeed())
            for number in range({failing}):
                await play("bad", scenario.fail())
        """
    )

    lines = project.run("--color=yes").outlines

    (totals,) = [line for line in lines if "success rate" in line]
    assert totals.startswith(f"{colour}{passing + failing} runs: {passing} passed, {failing} failed")


def test_verdicts_have_colours_too(project):
    project.write(FAILING + PASSING)

    lines = project.run("--color=yes", "-v").outlines

    assert any(line.startswith("\x1b[31m\x1b[1mFAILED\x1b[0m a bad one") for line in lines)
    assert any(line.startswith("\x1b[32mPASSED\x1b[0m a good one") for line in lines)


def test_without_the_plugin_nothing_is_told(project, section):
    project.write(FAILING)

    result = project.run("-p", "no:scenario")

    result.assert_outcomes(failed=1)
    assert section(result) == []
    assert "scenario: a bad one" not in result.stdout.str()


def test_a_session_stops_to_read_runs_when_it_ends(project):
    project.write(PASSING)
    project.run()

    from scenario._observers import readers

    before = len(readers())
    project.run()
    assert len(readers()) == before
