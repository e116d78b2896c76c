"""Small projects, each with a session of pytest to itself."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from nested import LEAN

_INI = f"""\
[pytest]
pythonpath = .
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts = -p no:cacheprovider -p no:randomly {LEAN}
filterwarnings = error
"""

_TALK = '''\
"""A short conversation about a parcel."""

import asyncio

import pytest

import scenario
from scenario import AgentRole, checks
from scenario.testing import FakeClock, ScriptedAgent


def play(name, *script, reply="It is on its way.", seconds=0.0, user=True, run=scenario.run, **options):
    clock = FakeClock()

    def desk(input):
        clock.advance(seconds)
        if isinstance(reply, BaseException):
            raise reply
        return reply

    agents = [scenario.agent_from(desk)]
    if user:
        agents.append(ScriptedAgent("Where is my parcel?", role=AgentRole.USER))
        script = [scenario.user(), scenario.agent(), *script]
    return run(name, "", agents, script=script, clock=clock, **options)
'''


class Project:
    """A folder with tests, and what a session of pytest says about them."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        pytester.makeini(_INI)
        pytester.makepyfile(talk=_TALK)

    def write(self, source: str, name: str = "test_parcels") -> None:
        """Write a module of tests, which finds everything of `talk`."""
        body = f"from talk import *\n\n{textwrap.dedent(source)}"
        self._pytester.makepyfile(**{name: body})

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in this process."""
        return self._pytester.runpytest_inprocess(*arguments)

    def run_apart(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in a process of its own."""
        return self._pytester.runpytest_subprocess(*arguments)

    def section(self, *arguments: str, source: str | None = None) -> list[str]:
        """The lines of the section about scenarios."""
        if source is not None:
            self.write(source)
        return section_of(self.run(*arguments))


def section_of(result: pytest.RunResult) -> list[str]:
    """The lines of the section about scenarios; none when there is no such section."""
    begins = [index for index, line in enumerate(result.outlines) if " scenarios ====" in line]
    if not begins:
        return []
    assert len(begins) == 1, "more than one section"
    below = result.outlines[begins[0] + 1 :]
    end = next(index for index, line in enumerate(below) if line.startswith("====") or line == "")
    return below[:end]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("SCENARIO_STORE", "off")  # tests/store has the tests of storing
    return Project(pytester)


@pytest.fixture
def section() -> Callable[[pytest.RunResult], list[str]]:
    return section_of
