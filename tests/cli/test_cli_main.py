import subprocess
import sys
from importlib.metadata import version

import pytest
from click.testing import CliRunner

from scenario.cli import main


def test_the_version_is_that_of_the_distribution():
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.output) == (0, f"scenario {version('agent-scenario')}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_names_the_commands(option):
    result = CliRunner().invoke(main, [option])
    assert result.exit_code == 0
    assert "\n  demo  " in result.output


@pytest.mark.parametrize("arguments", [["nothing"], ["demo", "--nothing"], ["demo", "nothing"]])
def test_what_is_not_known_is_a_usage_error(arguments):
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_the_package_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "scenario", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"scenario {version('agent-scenario')}\n"


def test_the_help_of_a_command_loads_nothing_that_only_its_work_needs():
    program = """
import sys
from click.testing import CliRunner
from scenario.cli import main
assert CliRunner().invoke(main, ["demo", "--help"]).exit_code == 0
print([name for name in ("rich", "pydantic", "sqlite3", "scenario.demo", "scenario.types") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
