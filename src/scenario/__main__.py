"""The command line, as ``python -m scenario``."""

from scenario.cli import main

main()
