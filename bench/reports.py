"""What it takes to sum up, compare and report 2,000 trials. Prints seconds of one run, and fails above a limit.

.venv/bin/python bench/reports.py [--scenarios 100] [--trials 20] [--turns 5]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import scenario
from scenario import AgentInput, AgentRole, CriterionResult, CriterionStatus, Usage
from scenario.analysis import compare, gate, select
from scenario.report.document import read_document
from scenario.report.html import html
from scenario.report.jsonl import jsonl
from scenario.report.junit import CasePer, junit
from scenario.report.markdown import markdown
from scenario.store import FilePlace, RunStore, StoreSink, open_store
from scenario.types import Evidence

MOST_SECONDS = 20.0
WORDS = "Your order is on its way, and it should be with you by the end of the week at the latest. " * 2
_T = TypeVar("_T")


class User(scenario.AgentAdapter):
    role = AgentRole.USER

    async def call(self, input: AgentInput) -> Any:
        return "Where is my order? " + WORDS


class Agent(scenario.AgentAdapter):
    role = AgentRole.AGENT

    async def call(self, input: AgentInput) -> Any:
        input.report_usage(Usage(calls=1, input_tokens=400, output_tokens=60, cost=0.002), model="m")
        return WORDS


class Judge(scenario.AgentAdapter):
    role = AgentRole.JUDGE

    def __init__(self, *, good: bool) -> None:
        self._good = good

    async def call(self, input: AgentInput) -> Any:
        status = CriterionStatus.PASSED if self._good else CriterionStatus.FAILED
        evidence = (Evidence(1, "Your order is on its way"),)
        found = [CriterionResult(f"criterion {n}", status, "It says so.", evidence) for n in range(3)]
        names = [each.criterion for each in found]
        return scenario.ScenarioResult(
            success=self._good,
            messages=[],
            passed_criteria=names if self._good else [],
            failed_criteria=[] if self._good else names,
            criteria=found,
        )


async def play(place: FilePlace, batch: str, options: argparse.Namespace) -> None:
    chance = random.Random(batch)
    sink = StoreSink(place)
    for number in range(options.scenarios):
        rate = chance.choice([1.0, 0.95, 0.8, 0.5])
        turns = [step for _ in range(options.turns) for step in (scenario.user(), scenario.agent())]
        runs = (
            scenario.arun(
                f"scenario {number}",
                "somebody asks for an order",
                [User(), Agent(), Judge(good=chance.random() < rate)],
                script=[*turns, scenario.judge()],
                verbose=False,
                metadata={"trial": trial, "trials": options.trials},
                batch_run_id=batch,
                sinks=[sink],
            )
            for trial in range(1, options.trials + 1)
        )
        await asyncio.gather(*runs)
    losses = sink.close()
    if losses:
        sys.exit(str(losses))


def timed(name: str, work: Callable[[], _T]) -> tuple[_T, float]:
    start = time.perf_counter()
    value = work()
    seconds = time.perf_counter() - start
    size = f"   {len(value.encode()) / 1e6:6.1f} MB" if isinstance(value, str) else ""
    print(f"{name:44} {seconds:7.2f} s{size}", flush=True)
    return value, seconds


def measure(store: RunStore) -> float:
    total = 0.0
    chosen, seconds = timed("select the runs", lambda: select(store, "scenariobatch_new"))
    total += seconds
    old = select(store, "scenariobatch_old")
    summary, seconds = timed("sum them up", chosen.summary)
    total += seconds
    _, seconds = timed("pass@k and pass^k with intervals", lambda: summary.passes)
    total += seconds
    comparison, seconds = timed("compare with another batch", lambda: compare(old.summary(), summary))
    total += seconds
    _, seconds = timed("hold them to it", lambda: gate(summary, comparison=comparison, min_pass_rate=0.8))
    total += seconds
    document, seconds = timed("read all conversations", lambda: read_document(store, chosen, baseline=old))
    total += seconds
    reports: list[tuple[str, Callable[[], str]]] = [
        ("HTML", lambda: html(document)),
        ("JUnit XML, a case for each scenario", lambda: junit(document)),
        ("JUnit XML, a case for each criterion", lambda: junit(document, per=CasePer.CRITERION)),
        ("Markdown", lambda: markdown(document)),
        ("JSON Lines", lambda: "".join(jsonl(document))),
    ]
    for name, work in reports:
        _, seconds = timed(name, work)
        total += seconds
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("scenarios", 100), ("trials", 20), ("turns", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = FilePlace(Path(folder) / "runs.db")
        for batch in ("scenariobatch_old", "scenariobatch_new"):
            asyncio.run(play(place, batch, options))
        print(f"{options.scenarios * options.trials:,} trials of {options.turns} turns")
        with open_store(place) as store:
            total = measure(store)
    print(f"{'all together':44} {total:7.2f} s{'' if total <= MOST_SECONDS else f'  ABOVE {MOST_SECONDS:g}'}")
    sys.exit(total > MOST_SECONDS)


if __name__ == "__main__":
    main()
