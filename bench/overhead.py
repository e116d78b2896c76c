"""What the library itself costs, beside the least code that does the same. Prints ratios of one run.

Each case is measured in a process of its own, with agents that answer at once or wait a given time. Run it
with `make bench`. Seconds differ from machine to machine; the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile

import cases

LIMITS = {  # what a ratio should stay below; a ratio above it is marked
    "import and every name, over pydantic with a model": 2.2,
    "our own part of that, over pydantic with a model": 0.9,
    "CPU per turn, script of 100 turns": 15,
    "CPU per turn, proceeding for 100 turns": 15,
    "growth of CPU per turn from 100 to 1,000 turns": 1.2,
    "growth of CPU per turn from 1,000 to 10,000 turns": 1.2,
    "wall time, 1 arun at once with agents that wait 50 ms": 3,
    "wall time, 100 arun at once with agents that wait 50 ms": 3,
    "wall time, 1,000 arun at once with agents that wait 50 ms": 3,
    "wall time, 1 run at once with agents that wait 50 ms": 3,
    "wall time, 100 run at once with agents that wait 50 ms": 3,
    "wall time, 1,000 run at once with agents that wait 50 ms": 3,
    "wall time, 100 run at once with agents that block for 50 ms": 3,
    "CPU per turn with the SDK's spans on, over off": 6,
}


def figures(case: str, **arguments: object) -> dict[str, float]:
    """The figures of one case, measured in a process of its own."""
    argv = [sys.executable, __file__, "--case", case, json.dumps(arguments)]
    return json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)


def best(case: str, rounds: int, **arguments: object) -> dict[str, float]:
    """The least of each figure over some rounds: what is left when nobody disturbs."""
    rows = [figures(case, **arguments) for _ in range(rounds)]
    return {name: min(row[name] for row in rows) for name in rows[0]}


def show(name: str, ratio: float, detail: str) -> None:
    limit = LIMITS[name]
    mark = "" if ratio <= limit else f"  ABOVE {limit:g}"
    print(f"{name:62} {ratio:6.2f} x   ({detail}){mark}", flush=True)


def per_turn(rounds: int) -> None:
    for how, name in (("script", "script of"), ("proceed", "proceeding for")):
        ours = best("turns", rounds, how=how, turns=100)
        floor = best("turns", rounds, how=how, turns=100, floor=True)
        us, least = ours["cpu_us"], floor["cpu_us"]
        show(f"CPU per turn, {name} 100 turns", us / least, f"{us:.0f} us beside {least:.1f} us")
    growth = {turns: best("turns", rounds, how="script", turns=turns) for turns in (100, 1000, 10_000)}
    for few, many in ((100, 1000), (1000, 10_000)):
        name = f"growth of CPU per turn from {few:,} to {many:,} turns"
        show(
            name,
            growth[many]["cpu_us"] / growth[few]["cpu_us"],
            f"peak memory {growth[many]['peak_mb']:.0f} MB",
        )


def at_once(rounds: int) -> None:
    waiting = [(fn, "wait", runs) for fn in ("arun", "run") for runs in (1, 100, 1000)]
    for fn, how, runs in [*waiting, ("run", "block", 100)]:
        ours = best("many", rounds, fn=fn, how=how, runs=runs)
        floor = best("many", rounds, fn=fn, how=how, runs=runs, floor=True)
        verb = "wait" if how == "wait" else "block for"
        name = f"wall time, {runs:,} {fn} at once with agents that {verb} 50 ms"
        show(name, ours["wall_s"] / floor["wall_s"], f"{ours['wall_s']:.2f} s beside {floor['wall_s']:.2f} s")


def tracing(rounds: int) -> None:
    on = best("turns", rounds, how="proceed", turns=100, traced=True)
    off = best("turns", rounds, how="proceed", turns=100)
    detail = f"{on['cpu_us']:.0f} us beside {off['cpu_us']:.0f} us, {on['spans_per_turn']:.0f} spans a turn"
    show("CPU per turn with the SDK's spans on, over off", on["cpu_us"] / off["cpu_us"], detail)


def importing(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as compiled:
        least = {
            program: best("importing", rounds + 1, program=program, compiled=compiled)["cpu_s"] * 1000
            for program in cases.PROGRAMS
        }
    every, pydantic, below = (least[name] for name in ("every name", "pydantic", "foundations"))
    show(
        "import and every name, over pydantic with a model",
        every / pydantic,
        f"{every:.0f} ms beside {pydantic:.0f} ms",
    )
    detail = f"{below:.0f} ms are asyncio and pydantic"
    show("our own part of that, over pydantic with a model", (every - below) / pydantic, detail)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each case is measured (default: 3)")
    parser.add_argument("--case", nargs=2, metavar=("NAME", "ARGUMENTS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        name, arguments = options.case
        print(json.dumps(cases.CASES[name](**json.loads(arguments))))
        return
    for part in (importing, per_turn, at_once, tracing):
        part(options.rounds)


if __name__ == "__main__":
    main()
