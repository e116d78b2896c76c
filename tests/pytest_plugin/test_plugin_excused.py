"""Runs that did not pass in tests that did."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

PASSES = """
async def test_passes():
    assert not await play("meant to fail", scenario.fail("as it should"))
"""
FAILS = """
async def test_fails():
    assert await play("meant to pass", scenario.fail("as it should not"))
"""
EXPLAINED = [
    "FAILED meant to pass (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_fails",
    "  as it should not",
]
EXCUSED = "1 run that did not pass is of tests that passed; --scenario-report=all says why"
HEAD = "FAILED meant to fail (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_passes"


def test_a_run_of_a_test_that_passed_is_only_counted(project):
    assert project.section(source=PASSES + FAILS) == [
        *EXPLAINED,
        EXCUSED,
        "2 runs: 0 passed, 2 failed, success rate 0 %",
    ]


def test_several_of_them_are_counted_in_one_line(project):
    lines = project.section(source=PASSES + PASSES.replace("test_passes", "test_passes_too"))

    assert lines[0] == "2 runs that did not pass are of tests that passed; --scenario-report=all says why"
    assert len(lines) == 2


def test_a_verbose_session_has_a_line_for_each_and_no_more(project):
    assert project.section("-v", source=PASSES) == [
        HEAD,
        EXCUSED,
        "1 run: 0 passed, 1 failed, success rate 0 %",
    ]


def test_all_of_it_is_told_when_somebody_asks(project):
    lines = project.section("--scenario-report=all", source=PASSES + FAILS)

    assert lines[:-1] == [HEAD, "  as it should", *EXPLAINED]


def test_none_of_it_is_told_when_nobody_wants_it(project, section):
    project.write(PASSES + FAILS)

    result = project.run("--scenario-report=none")

    assert section(result) == []
    result.stdout.fnmatch_lines(["*- scenario: meant to pass -*"])


def test_another_word_is_refused(project):
    project.write(PASSES)

    result = project.run("--scenario-report=some")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--scenario-report: invalid choice: 'some' (choose from *failed-tests*all*none*"]
    )


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("@pytest.mark.xfail(strict=True)" + FAILS, id="expected to fail"),
        pytest.param(PASSES + "    pytest.skip('enough')\n", id="skipped on the way"),
    ],
)
def test_a_test_that_need_not_pass_excuses_its_runs(project, source):
    assert project.section(source=source)[0] == EXCUSED


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(PASSES + "    raise LookupError\n", id="fails later"),
        pytest.param(
            """
            @pytest.fixture
            def broken():
                yield
                raise LookupError
            """
            + PASSES.replace("test_passes()", "test_passes(broken)").replace("\n", "\n" + " " * 12),
            id="cannot be torn down",
        ),
        pytest.param(
            """
            @pytest.fixture
            async def played():
                assert await play("meant to fail", scenario.fail("as it should"))

            def test_passes(played):
                pass
            """,
            id="cannot be set up",
        ),
        pytest.param(
            """
            async def test_passes(subtests):
                await play("meant to fail", scenario.fail("as it should"))
                with subtests.test("a part"):
                    raise LookupError
            """,
            id="has a part that fails",
        ),
    ],
)
def test_a_test_that_goes_wrong_anywhere_explains_its_runs(project, source):
    assert project.section(source=source)[:2] == [HEAD, "  as it should"]


def test_a_run_outside_of_tests_is_explained(project):
    lines = project.section(
        source="""
        asyncio.run(play("at import", scenario.fail("as it should not")))

        def test_it():
            pass
        """
    )

    assert lines[:2] == ["FAILED at import (1 turn, 0.00 s, agent 0.00 s)", "  as it should not"]


def test_a_test_that_was_cut_short_explains_its_runs(project, section):
    project.write(PASSES + "    raise KeyboardInterrupt\n")

    assert section(project.run_apart())[:2] == [HEAD, "  as it should"]


def test_a_test_that_passes_when_it_is_played_again_explains_its_first_run(project):
    (project.path / "conftest.py").write_text(
        """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and item.name == "test_fails":
        report.outcome = "rerun"
    return report
"""
    )

    assert project.section(source=FAILS)[:2] == EXPLAINED


def test_workers_tell_which_tests_passed(project, section):
    project.write(PASSES + FAILS)

    assert section(project.run("-n", "1"))[:-1] == [*EXPLAINED, EXCUSED]
