"""The command line, ``scenario``. Each command is a module here, and loads what it needs when it runs."""

from __future__ import annotations

import click

from scenario.cli.cache_command import cache
from scenario.cli.compare_command import compare
from scenario.cli.demo_command import demo
from scenario.cli.doctor_command import doctor
from scenario.cli.export_command import export
from scenario.cli.gate_command import gate
from scenario.cli.import_command import import_
from scenario.cli.init_command import init
from scenario.cli.list_command import list_
from scenario.cli.prune_command import prune
from scenario.cli.rejudge_command import rejudge
from scenario.cli.report_command import report
from scenario.cli.run_command import run
from scenario.cli.runs_command import runs
from scenario.cli.show_command import show
from scenario.cli.ui_command import ui


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="agent-scenario", message="scenario %(version)s")
def main() -> None:
    """Test AI agents in whole conversations."""


for command in (
    demo,
    cache,
    runs,
    show,
    export,
    import_,
    prune,
    compare,
    gate,
    report,
    init,
    list_,
    rejudge,
    run,
    ui,
    doctor,
):
    main.add_command(command)
