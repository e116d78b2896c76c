"""The command line, ``scenario``. Each command is a module here, and loads what it needs when it runs."""

from __future__ import annotations

import click

from scenario.cli.demo_command import demo


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="agent-scenario", message="scenario %(version)s")
def main() -> None:
    """Test AI agents in whole conversations."""


main.add_command(demo)
