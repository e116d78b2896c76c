"""The file: where it is, damage, newer formats, several processes, and no wrong answer."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import pytest

import scenario
from scenario._cache.database import FORMAT, CacheFile, Entry
from scenario._cache.recall import cache_folder

calls = []


@pytest.fixture(autouse=True)
def no_calls():
    calls.clear()


@scenario.cache()
def twice(number):
    calls.append(number)
    return [number * 2]


def test_the_folder_is_the_variables_or_in_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder({}) == tmp_path / ".scenario" / "cache"
    assert cache_folder({"SCENARIO_CACHE_DIR": "~/x"}) == tmp_path / "x"


def test_b17_an_empty_folder_switches_the_cache_off(within, monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    with within():
        assert [twice(1), twice(1)] == [[2], [2]]
    assert len(calls) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_read_at_use(within, monkeypatch, tmp_path):
    with within():
        twice(1)
        monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path / "other"))
        twice(1)
    assert len(calls) == 2
    assert (tmp_path / "other" / "results.sqlite").exists()


def test_without_a_scenario_no_file_is_made(folder):
    twice(1)
    assert not folder.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_only_its_owner_can_read_the_file(within, folder):
    with within():
        twice(1)
    rights = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())]
    assert [right & 0o077 for right in rights] == [0] * len(rights)


def damaged(folder, damage, another_process):
    another_process()
    path = folder / "results.sqlite"
    data = path.read_bytes()
    path.write_bytes(damage(data))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"this is no database" * 100,
        lambda data: data[:100],
        lambda data: data[: len(data) // 2],
        lambda data: data[:4096] + bytes(len(data) - 4096),
    ],
    ids=["text", "header only", "half", "zeros"],
)
def test_a_damaged_file_is_moved_aside_with_a_warning(within, folder, another_process, damage):
    with within():
        twice(1)
        damaged(folder, damage, another_process)
        with pytest.warns(UserWarning, match=r"is damaged .* a new one begins"):
            assert twice(1) == [2]
        assert twice(1) == [2]
    assert len(calls) == 2
    assert [path.name for path in folder.glob("*.damaged-*")]


def test_a_changed_result_is_never_given(within, folder, another_process):
    with within():
        twice(1)
        another_process()
        with closing(sqlite3.connect(folder / "results.sqlite")) as connection:
            connection.execute("UPDATE results SET value = '[3]'")
            connection.commit()
        with pytest.warns(UserWarning, match="a result in it is not what was written"):
            assert twice(1) == [2]


def test_an_empty_file_is_begun_anew(within, folder):
    folder.mkdir()
    (folder / "results.sqlite").write_bytes(b"")
    with within():
        assert [twice(1), twice(1)] == [[2], [2]]
    assert len(calls) == 1


def test_a_file_of_something_else_is_moved_aside(within, folder):
    folder.mkdir()
    with closing(sqlite3.connect(folder / "results.sqlite")) as connection:
        connection.execute("CREATE TABLE results (something)")
    with within(), pytest.warns(UserWarning, match="its tables are not those of a cache"):
        assert twice(1) == [2]


def test_a_newer_format_switches_the_cache_off_and_is_left_alone(within, folder):
    folder.mkdir()
    path = folder / "results.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
        connection.execute("CREATE TABLE results (something)")
    before = path.read_bytes()
    with within():
        with pytest.warns(
            UserWarning, match=rf"results.sqlite has format {FORMAT + 1}, .* up to {FORMAT}\. It is left"
        ):
            assert twice(1) == [2]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert twice(1) == [2]
    assert len(calls) == 2
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_warned_of_once(within, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with within(), pytest.warns(UserWarning, match="cannot be used .* nothing is remembered") as warned:
        assert [twice(1), twice(1)] == [[2], [2]]
    assert len(warned) == 1
    assert len(calls) == 2


WRITER = """
import sys
from pathlib import Path
from scenario._cache.database import CacheFile, Entry
file = CacheFile(Path(sys.argv[1]))
for number in range(100):
    file.keep(Entry(f"{sys.argv[2]}-{number}", "v1", "f", "1"))
assert file.trouble is None, file.trouble
"""


def test_several_processes_lose_nothing(folder):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, folder, str(number)]) for number in range(4)]
    assert [writer.wait(50) for writer in writers] == [0] * 4
    file = CacheFile(folder)
    assert [group.count for group in file.groups()] == [400]
    file.close()


CALLER = """
import asyncio, sys
import scenario
sys.path.insert(0, sys.argv[1])
from remembered import answer

async def main():
    step = lambda state: None if answer("x")["content"] == "x!" else False
    await scenario.run("a", "b", [], script=[step, scenario.succeed()], cache_key="v1", verbose=False)

asyncio.run(main())
"""
REMEMBERED = """
import enum, re
from dataclasses import dataclass
import scenario

class Tone(enum.Enum):
    KIND = "kind"

@dataclass(frozen=True)
class Style:
    tone: Tone
    words: frozenset

class Desk:
    def __init__(self):
        self.style = Style(Tone.KIND, frozenset({"a", "b", "c"}))
        self.pattern = re.compile("x")

    @scenario.cache()
    def answer(self, question, *, options=frozenset({"p", "q"})):
        print("called")
        return {"content": question + "!" if question in {"x", "y", "z"} else (lambda: "")()}

answer = Desk().answer
"""


def test_the_key_is_the_same_in_another_process(tmp_path):
    """With another seed for hashes, so that sets have another order."""
    (tmp_path / "remembered.py").write_text(REMEMBERED)
    printed = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", CALLER, str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert printed == ["called\n", ""]


def test_a_file_is_used_again_after_it_was_closed(tmp_path):
    file = CacheFile(tmp_path)
    file.keep(Entry("k", "v1", "f", "1"))
    file.close()
    assert file.find("k") == "1"
    file.close()


def test_the_module_of_the_decorator_loads_nothing_of_the_cache():
    code = "import sys, scenario\nscenario.cache()(lambda: 1)\nassert not {'sqlite3', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent)
