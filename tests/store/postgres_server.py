"""A PostgreSQL server of one's own, from the binaries of the system, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

_FAST = "-c listen_addresses='' -c fsync=off"


class Server:
    """A running server."""

    def __init__(self, folder: Path, binaries: Path, user: str) -> None:
        self._folder = folder
        self._binaries = binaries
        self._user = user
        self._numbers = count(1)

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"runs{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._url(name)

    def start(self) -> None:
        options = f"-k {self._folder} {_FAST}"
        log = str(self._folder / "log")
        self.run("pg_ctl", "-D", str(self._data), "-w", "-t", "50", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self._data), "-w", "-t", "50", "-m", "immediate", "stop")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", self._user, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, timeout=55)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _url(self, database: str) -> str:
        return f"postgresql://scenario@/{database}?host={self._folder}"


def binaries() -> Path | None:
    """Where the system has the newest server; None when it has none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).parent if path is not None else None


@contextmanager
def running() -> Iterator[Server]:
    """A server that runs as long as the body."""
    where = binaries()
    assert where is not None, "apt-get install postgresql"
    user = "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"
    folder = Path(tempfile.mkdtemp(prefix="scenario-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        server = Server(folder, where, user)
        arguments = (
            "-D",
            str(folder / "data"),
            "-U",
            "scenario",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        server.run("initdb", *arguments)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
