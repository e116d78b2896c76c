"""The shape of the source: sizes and layers. The layers' contracts are in pyproject.toml."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "scenario"
MODULES = sorted(SOURCE.rglob("*.py"))
MOST_LINES, MOST_IN_A_FUNCTION = 400, 40
pytestmark = pytest.mark.usefixtures("untraced")


@cache
def _tree(module):
    return ast.parse(module.read_text())


def _functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _body_lines(function):
    body = function.body
    is_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    body = body[1:] if is_docstring else body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def _name(module):
    return str(module.relative_to(SOURCE))


def test_modules_are_of_a_readable_size():
    assert [_name(module) for module in MODULES if module.read_text().count("\n") > MOST_LINES] == []


def test_functions_are_of_a_readable_size():
    functions = [(_name(module), each) for module in MODULES for each in _functions(_tree(module))]

    assert [(module, each.name) for module, each in functions if _body_lines(each) > MOST_IN_A_FUNCTION] == []


def test_every_module_says_what_it_is_about():
    assert [_name(module) for module in MODULES if not ast.get_docstring(_tree(module))] == []


def test_own_objects_are_not_probed_for_attributes():
    for module in MODULES:
        for node in ast.walk(_tree(module)):
            probes = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if probes and node.func.id in {"getattr", "hasattr", "setattr"} and node.args:
                target = node.args[0]
                is_self = isinstance(target, ast.Name) and target.id == "self"
                assert not is_self, f"{module}:{node.lineno}"


def test_the_layers_hold():
    lint_imports = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=SOURCE.parent.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


NEVER_ON_IMPORT = [
    "openai",
    "httpx",
    "httpx2",
    "starlette",
    "uvicorn",
    "sqlalchemy",
    "rich",
    "opentelemetry",
    "litellm",
    "jsonschema",
    "yaml",
    "click",
    "tomllib",
]
TOUCH = "import scenario\nfor name in scenario.__all__: getattr(scenario, name)\n"
PYDANTIC = "from pydantic import BaseModel\nclass Model(BaseModel): number: int\n"  # the first model loads the rest of it
FOUNDATIONS = f"import asyncio\n{PYDANTIC}"
MOST_PYDANTICS, MOST_OF_OUR_OWN = 2.2, 0.9


def test_touching_every_name_loads_nothing_heavy_and_starts_nothing():
    code = f"""
import sys, threading, socket
{TOUCH}
loaded = [name for name in {NEVER_ON_IMPORT!r} if name in sys.modules]
assert not loaded, loaded
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="module")
def rounds():
    """CPU seconds that each program takes over a bare interpreter, in several rounds.

    Compiled modules are kept, whatever the environment says, as they are where a library is used.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def cost(program):
        code = f"import time\nstart = time.process_time()\n{program}\nprint(time.process_time() - start)"
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
        return float(done.stdout)

    programs = (TOUCH, PYDANTIC, FOUNDATIONS)
    return [{program: cost(program) for program in programs} for _ in range(5)]


def test_touching_every_name_costs_at_most_a_few_times_what_pydantic_does(rounds):
    """In the best round: others use the machine, too, and what was measured at once is compared."""
    assert min(cost[TOUCH] / cost[PYDANTIC] for cost in rounds) <= MOST_PYDANTICS


def test_our_own_part_of_that_costs_no_more_than_pydantic(rounds):
    """Ours: what is left without asyncio and pydantic."""
    ours = min((cost[TOUCH] - cost[FOUNDATIONS]) / cost[PYDANTIC] for cost in rounds)
    assert ours <= MOST_OF_OUR_OWN


def test_the_text_is_free_of_marks_of_unfinished_work():
    for module in MODULES:
        for mark in ("TO" + "DO", "FIX" + "ME", "X" + "XX"):
            assert mark not in module.read_text(), module
