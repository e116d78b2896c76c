"""Processes that start at once: each is forked off one that has loaded what they need."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOADED = ["store.player", "suite.killed"]
"""One process is forked off for all tests of this one, so whatever they start is named here."""


def begin(target: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """Start a process, and give it its end of a line before the other arguments."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *arguments))
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
    process.start()
    os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
    theirs.close()
    return process, ours
