"""What came of the demo, for people: a table, each failure with its evidence, and what to do next."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from inspect import unwrap
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from scenario import CriterionResult, ScenarioState
from scenario.demo.play import Played
from scenario.demo.scenarios import Fault

_WIDEST = 100
_STYLES = {"assistant": "blue", "user": "green"}

FIRST_SCENARIO = """\
import asyncio
import scenario

def my_agent(conversation):
    return "It is on its way."  # call your agent with conversation.messages

result = asyncio.run(scenario.run(
    name="lost parcel",
    description="A customer asks where a parcel is.",
    agents=[
        scenario.agent_from(my_agent),
        scenario.ScriptedUserAgent("Where is my parcel?"),
        scenario.JudgeAgent(criteria=[scenario.checks.said("on its way")]),
    ],
))
assert result.success, result.reasoning"""
"""A whole program, to begin with."""


def table(played: Sequence[Played]) -> Table:
    """A row for each scenario."""
    rows = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    rows.add_column("Scenario")
    rows.add_column("Verdict")
    for heading in ("Turns", "Tool calls", "Time"):
        rows.add_column(heading, justify="right")
    for each in played:
        numbers = f"{each.turns}", f"{each.tool_calls}", f"{1000 * (each.result.total_time or 0):5.0f} ms"
        rows.add_row(each.scenario.name, _verdict(each), *numbers)
    return rows


def tally(played: Sequence[Played], seconds: float) -> Text:
    """How many passed and failed, and how long it took."""
    failed = sum(not each.result.success for each in played)
    line = Text(f"{len(played) - failed} passed", "green")
    if failed:
        line.append(", ", "default").append(f"{failed} failed", "bold red")
    return line.append(f" in {seconds:.1f} s", "default")


def failure(played: Played, width: int) -> list[Text]:
    """What failed, why, where, and how the conversation ended."""
    head = Text.assemble(("FAILED", "bold red"), "  ", (played.scenario.name, "bold"))
    lines = [head, *wrapped(played.scenario.description, width, 2), Text()]
    failed = [verdict for verdict in played.result.criteria if not verdict.passed]
    if failed:
        checks = f"{len(failed)} of {len(played.result.criteria)} checks failed:"
        lines += [*wrapped(checks, width, 2), *(line for each in failed for line in _reasons(each, width))]
    else:
        lines += wrapped(played.result.reasoning or "", width, 2)
    return [*lines, Text(), *wrapped("How the conversation ended:", width, 2), *_end(played, width)]


def planted(fault: Fault, width: int) -> list[Text]:
    """That a fault was planted, and where."""
    code = unwrap(fault.function).__code__
    place = f"{_short(code.co_filename)}:{code.co_firstlineno}, in {fault.function.__qualname__}"
    said = "This fault was planted on purpose, to show how one is found:"
    return [
        *wrapped(said, width, 0, "bold"),
        *wrapped(fault.text, width, 2),
        *wrapped(place, width, 2, "cyan"),
    ]


def surprise(played: Played, width: int) -> list[Text]:
    """That a scenario went another way than it should."""
    name = played.scenario.name
    if played.result.success:
        said = f"`{name}` passed, although a fault is planted that it should have found."
    else:
        said = f"`{name}` failed, although no fault is planted that it could have found."
    return wrapped(said, width, 0, "bold red")


def next_steps(width: int) -> list[Text]:
    """What a newcomer may do now."""
    scenarios = str(Path(__file__).with_name("scenarios.py"))
    lines = [Text("What next?", "bold")]
    for said, what in (
        ("Read the conversations:", f"{_command()} demo --verbose"),
        ("Read the scenarios, and copy from them:", _short(scenarios)),
        ("Write one for an agent of your own, and run it with python:", FIRST_SCENARIO),
    ):
        lines += wrapped(said, width, 2)
        lines += [Text(f"    {line}".rstrip(), "cyan") for line in what.split("\n")]
    return lines


def wrapped(text: str, width: int, indent: int, style: str = "", hang: int = 0) -> list[Text]:
    """A text as lines that fit, without blanks at their ends.

    Args:
        text: The text.
        width: The most characters in a line.
        indent: How many blanks each line begins with.
        style: Rich's name for its look.
        hang: How many blanks more all lines but the first begin with.
    """
    lines = textwrap.wrap(
        text,
        min(width, _WIDEST),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_on_hyphens=False,
    )
    return [Text(line, style) for line in lines]


def _verdict(played: Played) -> Text:
    return Text("passed", "green") if played.result.success else Text("FAILED", "bold red")


def _reasons(verdict: CriterionResult, width: int) -> Iterable[Text]:
    yield from wrapped(verdict.criterion, width, 4, "bold", hang=2)
    yield from wrapped(verdict.reasoning, width, 6, "red")
    for evidence in verdict.evidence:
        yield from wrapped(str(evidence), width, 6, hang=2)


def _end(played: Played, width: int) -> Iterable[Text]:
    """The messages from the last one of the user on, with their positions."""
    messages = played.result.messages
    asked = [index for index, message in enumerate(messages) if message["role"] == "user"]
    for index in range(asked[-1] if asked else 0, len(messages)):
        role = messages[index]["role"]
        said = ScenarioState(messages=[messages[index]]).transcript()
        if role == "tool":
            said = textwrap.shorten(said, min(width, _WIDEST) - 8, placeholder=" ...")
        yield from wrapped(f"{index:2}  {said}", width, 4, _STYLES.get(role, "magenta"), hang=4)


def _command() -> str:
    """This program, as it can be started again from here."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py" and program.parent.name == "scenario":
        return f"{_startable(sys.executable)} -m scenario"
    return _startable(sys.argv[0]) if program.stem == "scenario" else "scenario"


def _startable(program: str) -> str:
    """The name of a program if that leads to it, its path otherwise."""
    name = os.path.basename(program)  # noqa: PTH119 - beside what follows
    found = shutil.which(name)
    if found is not None and os.path.abspath(found) == os.path.abspath(program):  # noqa: PTH100 - links stay links
        return name
    path = _short(program)
    return shlex.quote(path if os.path.dirname(path) else os.path.join(os.curdir, path))  # noqa: PTH118, PTH120 - likewise


def _short(path: str) -> str:
    """A path as seen from the current directory, if that is shorter."""
    seen = os.path.relpath(path)
    return min(seen, path, key=len)
