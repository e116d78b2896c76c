"""What a failed test says about the runs that it played."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


def _sections(result: pytest.RunResult) -> dict[str, str]:
    """The sections about scenarios below the failures, by title."""
    found: dict[str, list[str]] = {}
    title = None
    for line in result.outlines:
        stripped = line.strip("- ")
        if line.startswith("----"):
            title = stripped if stripped.startswith("scenario") else None
            if title is not None:
                assert title not in found
                found[title] = []
        elif line.startswith(("====", "____")):
            title = None
        elif title is not None:
            found[title].append(line)
    return {title: "\n".join(lines) for title, lines in found.items()}


@pytest.fixture
def explained(project):
    def run(source: str, *arguments: str) -> dict[str, str]:
        project.write(source)
        return _sections(project.run(*arguments))

    return run


@pytest.mark.parametrize("assertion", ["assert result", "assert result.success"])
def test_a_failed_assertion_about_a_result_is_explained(explained, assertion):
    found = explained(
        f"""
        async def test_fails():
            result = await play("a bad one", checks.said("refund"), reply="No.", seconds=0.25)
            {assertion}
        """
    )

    assert found == {
        "scenario: a bad one": """\
FAILED (1 turn, 0.25 s, agent 0.25 s)

1 of 1 criteria not met:
  failed: said('refund'): the agent did not say it; the last message is the evidence
    message 1: No.

The conversation:
  0 user: Where is my parcel?
  1 assistant: No.

To speak in the user's place: pytest -s --scenario-debug test_parcels.py::test_fails"""
    }


def test_the_result_itself_stays_one_line(project):
    project.write("async def test_fails():\n    assert await play('bad', scenario.fail('too\\nshort'))\n")

    result = project.run()

    result.stdout.fnmatch_lines(
        [r"E*assert ScenarioResult(success=False, status=FAILED, reasoning='too\nshort')"]
    )


def test_a_run_that_raised_is_explained_as_well(explained):
    found = explained(
        "async def test_raises():\n    await play('broken', reply=LookupError('no such order'))\n"
    )

    text = found["scenario: broken"]
    assert text.startswith("ERROR (1 turn, 0.00 s, agent 0.00 s)\n[desk] no such order\n")
    assert "0 user: Where is my parcel?" in text
    assert "An exception ended this run" in text


def test_only_runs_that_did_not_pass_are_explained(explained):
    found = explained(
        """
        async def test_fails():
            assert await play("good", scenario.succeed())
            assert await play("bad", scenario.fail())
        """
    )

    assert list(found) == ["scenario: bad"]


def test_a_test_that_passes_explains_nothing(explained):
    found = explained("async def test_passes():\n    assert not await play('bad', scenario.fail())\n", "-rA")

    assert found == {}


def test_a_run_of_another_test_is_not_explained_here(explained):
    found = explained(
        """
        async def test_first():
            assert not await play("first", scenario.fail())

        async def test_second():
            assert await play("second", scenario.fail())
        """
    )

    assert list(found) == ["scenario: second"]


def test_a_run_in_the_fixture_of_a_failed_test_is_explained(explained):
    found = explained(
        """
        @pytest.fixture
        def played():
            return asyncio.run(play("in a fixture", scenario.fail()))

        def test_it(played):
            assert played
        """
    )

    assert list(found) == ["scenario: in a fixture"]


def test_a_failing_teardown_does_not_explain_again(explained):
    found = explained(
        """
        @pytest.fixture
        def broken():
            yield
            raise OSError("no room")

        async def test_it(broken):
            assert await play("bad", scenario.fail())
        """
    )

    assert list(found) == ["scenario: bad"]


def test_a_test_that_is_played_again_explains_its_last_attempt_only(project):
    (project.path / "conftest.py").write_text(
        """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    runtestprotocol(item, nextitem=nextitem, log=False)
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""
    )
    project.write(
        """
        attempts = []

        def test_twice():
            attempts.append(1)
            assert asyncio.run(play(f"attempt {len(attempts)}", scenario.fail()))
        """
    )

    result = project.run()

    assert list(_sections(result)) == ["scenario: attempt 2"]
    result.stdout.fnmatch_lines(["FAILED attempt 1 (*", "FAILED attempt 2 (*", "2 runs: 0 passed, 2 failed*"])


def test_each_failed_subtest_explains_its_own_runs(explained):
    found = explained(
        """
        def test_all(subtests):
            for name in ("first", "second"):
                with subtests.test(name):
                    assert asyncio.run(play(name, scenario.fail()))
        """
    )

    assert list(found) == ["scenario: first", "scenario: second"]


def test_of_many_runs_the_first_five_are_explained(explained):
    found = explained(
        """
        async def test_many():
            assert all([await play(f"number {number}", scenario.fail()) for number in range(7)])
        """
    )

    assert list(found) == [f"scenario: number {number}" for number in range(5)] + ["scenario"]
    assert found["scenario"] == "2 more runs of this test did not pass; the summary names them."


def test_a_conversation_that_cannot_be_shown_does_not_end_the_session(project):
    project.write(
        """
        async def test_odd():
            class Unspeakable:
                def __str__(self):
                    raise AttributeError("no words for it")
                __repr__ = __str__

            odd = {"role": "user", "content": [Unspeakable()]}
            assert await play("odd", lambda state: state.add_message(odd), scenario.fail("anyway"), verbose=False)

        def test_after():
            pass
        """
    )

    result = project.run()

    result.assert_outcomes(failed=1, passed=1)
    assert "This run cannot be shown: AttributeError" in _sections(result)["scenario: odd"]


def test_the_traceback_of_an_agents_error_is_free_of_our_frames(project):
    project.write(
        """
        async def breaks(input):
            return {}["gone"]

        async def test_breaks():
            agents = [scenario.agent_from(breaks)]
            await scenario.run("n", "d", agents, script=[scenario.agent()], verbose=False)
        """
    )
    text = project.run().stdout.str()
    assert 'return {}["gone"]' in text
    assert "_engine" not in text
