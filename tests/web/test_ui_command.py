"""``scenario ui``: prints where the page is, and serves until it is interrupted."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys

import httpx2
import pytest
from click.testing import CliRunner

from scenario.cli.ui_command import ui
from scenario.store import FilePlace
from scenario.web.serve import page_beside
from web.seeded import AFTER, seed


@pytest.fixture
def started(tmp_path):
    """Starts the command in a process of its own; returns it and the first two lines that it prints."""
    running = []

    def start(*options):
        command = [sys.executable, "-c", "from scenario.cli.ui_command import ui; ui()", *options]
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running.append(process)
        return process, [process.stdout.readline() for _ in range(2)]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def answer_of(url):
    """What the server answers, once it does."""
    transport = httpx2.HTTPTransport(retries=8)
    with httpx2.Client(transport=transport) as client:
        return client.get(url)


def test_it_prints_the_address_and_ends_when_it_is_interrupted(started, tmp_path):
    seed(tmp_path / "runs.db")
    process, lines = started("--store", "runs.db", "--port", "0")
    url = re.search(r"http://127\.0\.0\.1:\d+", lines[0])[0]

    assert lines[0] == f"The page of runs.db: {url}/\n"
    assert f"LANGWATCH_ENDPOINT={url}" in lines[1]
    assert answer_of(f"{url}/api/v1/batches").json()["batches"][0]["id"] == AFTER
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in process.communicate(timeout=20)[0]


def test_beyond_this_machine_it_makes_a_token_and_prints_it(started):
    _, lines = started("--store", "runs.db", "--port", "0", "--host", "0.0.0.0")  # noqa: S104 - what the test is about
    token = re.search(r"\?token=(\S{20,})", lines[0])[1]
    port = re.search(r":(\d+)/", lines[0])[1]

    assert answer_of(f"http://127.0.0.1:{port}/api/v1/batches").status_code == 401
    assert answer_of(f"http://127.0.0.1:{port}/api/v1/batches?token={token}").status_code == 200


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(ui, ["--store", str(tmp_path / "runs.db"), "--port", port])

    assert done.exit_code == 1
    assert f"127.0.0.1:{port}" in done.output
    assert "--port" in done.output


def test_a_page_is_served_beside_what_writes(tmp_path):
    with page_beside(FilePlace(tmp_path / "runs.db"), port=0) as address:
        seed(tmp_path / "runs.db")
        found = answer_of(f"{address.url}/api/v1/batches").json()["batches"]

    assert found[0]["id"] == AFTER
