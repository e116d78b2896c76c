"""The file: its form, what damages do to it, and who writes it at the same time."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from replay.studio import error_of
from scenario._replay.cassette import (
    BrokenCassetteError,
    Cassette,
    Entry,
    NewerFormatError,
    Take,
    from_text,
    to_text,
)
from scenario._replay.library import keep, path_of, read
from scenario._tape import CallKind
from scenario.errors import AgentError, CassetteError, ReplayMissError

CALL = Entry("desk / look", CallKind.FUNCTION, {"arguments": {"book": "Emma"}}, {"returned": "found"})
TAKE = Take("test_it.py::test_it", 1, (CALL,))
CASSETTE = Cassette("a talk", "default", (TAKE,))

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_form_of_the_file():
    assert to_text(CASSETTE) == snapshot("""\
{
 "format": 1,
 "scenario": "a talk",
 "set": "default",
 "takes": [
  {
   "test": "test_it.py::test_it",
   "take": 1,
   "checksum": "9418bc42fced264d",
   "calls": [
    {
     "channel": "desk / look",
     "kind": "function",
     "request": {
      "arguments": {
       "book": "Emma"
      }
     },
     "reply": {
      "returned": "found"
     }
    }
   ]
  }
 ]
}
""")


@given(plain, plain, st.text(), st.booleans())
def test_what_is_written_is_read_again(request, reply, name, together):
    cassette = Cassette(
        name, name, (Take(name, 1, (Entry(name, CallKind.MODEL, request, reply, together),)),)
    )

    assert from_text(to_text(cassette)) == cassette


def test_takes_stand_in_the_order_of_tests_and_numbers():
    takes = [Take(test, number, ()) for test, number in (("b", 2), ("a", 10), ("b", 1), ("a", 9))]
    cassette = Cassette("a talk", "default")
    for take in takes:
        cassette = cassette.with_take(take)

    assert [take.place for take in cassette.takes] == [("a", 9), ("a", 10), ("b", 1), ("b", 2)]


@given(st.data())
def test_a_file_that_was_cut_off_is_never_read(data):
    text = to_text(CASSETTE)
    length = data.draw(st.integers(0, len(text) - 3))

    with pytest.raises(BrokenCassetteError):
        from_text(text[:length])


@given(st.data())
def test_a_damaged_file_is_refused_or_says_the_same(data):
    text = to_text(CASSETTE)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.characters(codec="ascii")) + text[place + 1 :]
    try:
        found = from_text(damaged)
    except (BrokenCassetteError, NewerFormatError):
        return

    assert [take.calls for take in found.takes] == [TAKE.calls] or '"checksum"' not in damaged


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"format": "1"}',
        '{"format": 0}',
        '{"format": true}',
        '{"format": 1}',
        '{"format": 1, "takes": [1]}',
        '{"format": 1, "takes": [{}]}',
        '{"format": 1, "takes": [{"take": 1, "test": "", "calls": [{}]}]}',
        '{"format": 1, "takes": [{"take": 1, "test": "", "calls": [{"request": 1, "reply": 1, "kind": "x"}]}]}',
        '{"format": 1, "takes": [{"take": 1, "test": "", "calls": []}, {"take": 1, "test": "", "calls": []}]}',
        "<<<<<<< HEAD",
        "[" * 100_000,
    ],
)
def test_what_is_no_cassette_is_refused(text):
    with pytest.raises(BrokenCassetteError):
        from_text(text)


def test_what_was_changed_on_purpose_needs_its_checksum_deleted():
    text = to_text(CASSETTE).replace('"returned": "found"', '"returned": "lost"')
    with pytest.raises(BrokenCassetteError, match="delete the line of that checksum"):
        from_text(text)
    without = "\n".join(line for line in text.splitlines() if "checksum" not in line)

    assert from_text(without).takes[0].calls[0].reply == {"returned": "lost"}


def damage(studio, change):
    studio.play("record")
    text = change(studio.cassette.read_text())
    studio.cassette.write_text(text)
    return text


@pytest.mark.parametrize("mode", ["replay", "auto", "record"])
def test_a_damaged_file_is_an_error_that_names_it_and_stays_as_it_is(studio, mode):
    text = damage(studio, lambda text: text[: len(text) // 2])
    asked = len(studio.server.requests)

    error = error_of(studio.play, mode)

    assert isinstance(error, CassetteError)
    assert str(studio.cassette) in str(error)
    assert "delete it and record the scenario anew" in str(error)
    assert studio.cassette.read_text() == text
    assert len(studio.server.requests) == asked


def test_a_newer_file_is_an_error_that_names_the_way_out(studio):
    damage(studio, lambda text: text.replace('"format": 1', '"format": 2'))

    error = error_of(studio.play, "replay")

    assert isinstance(error, CassetteError)
    assert "format 2, which a later version of agent-scenario wrote. Upgrade" in str(error)


def test_a_reply_that_is_none_is_an_error(studio):
    def change(text):
        tree = json.loads(text)
        for take in tree["takes"]:
            take.pop("checksum")
            take["calls"][0]["reply"] = {"contents": "?"}
        return json.dumps(tree)

    damage(studio, change)
    error = error_of(studio.play, "replay")

    assert isinstance(error, AgentError)
    assert isinstance(error.__cause__, CassetteError)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "a.json").mkdir()
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    for name in ("a.json", "b.json"):
        with pytest.raises(CassetteError, match=r"cannot be read"):
            read(tmp_path / name)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "cassettes").write_text("not a folder")
    with pytest.raises(CassetteError, match="cannot be written"):
        keep(tmp_path / "cassettes" / "a.json", "a talk", "default", TAKE)


@pytest.mark.parametrize(
    ("name", "set_id", "file"),
    [
        ("where is my teapot", "default", "where-is-my-teapot.json"),
        ("Where is my teapot?", "default", "where-is-my-teapot-c0c6b7.json"),
        ("where is my teapot", "shop", "where-is-my-teapot-3e5ee7.json"),
        ("../../etc/passwd", "default", "etc-passwd-c6ea0a.json"),
        ("wo ist mein schlüssel", "default", "wo-ist-mein-schlüssel.json"),
        ("???", "default", "scenario-b8b6a6.json"),
    ],
)
def test_the_name_of_the_file(name, set_id, file):
    path = path_of(Path("cassettes"), name, set_id)

    assert path.parent == Path("cassettes")
    assert path.name.rpartition("-")[0] == file.rpartition("-")[0] or path.name == file


def test_scenarios_of_like_names_have_files_of_their_own():
    names = ["a talk", "A talk", "a-talk", "a  talk", "a talk!", "a talk" * 40, "a talk" * 41]
    paths = {path_of(Path(), name, set_id).name.lower() for name in names for set_id in ("default", "other")}

    assert len(paths) == 2 * len(names)
    assert max(map(len, paths)) < 100


def test_an_equal_take_leaves_the_file_alone(tmp_path):
    path = tmp_path / "a.json"
    slow = Entry("judge", CallKind.MODEL, {}, {"content": "Hi", "seconds": 1.5, "request_id": "req_1"})
    fast = Entry("judge", CallKind.MODEL, {}, {"content": "Hi", "seconds": 0.5, "request_id": "req_2"})
    keep(path, "a talk", "default", Take("", 1, (slow,)))
    before = path.read_bytes()
    keep(path, "a talk", "default", Take("", 1, (fast,)))

    assert path.read_bytes() == before


def test_a_write_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    keep(path, "a talk", "default", TAKE)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CassetteError, match="No space left"):
        keep(path, "a talk", "default", Take("", 2, (CALL,)))

    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]
    assert path.read_bytes() == before


def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "a.json"
    keep(path, "a talk", "default", TAKE)
    path.chmod(0o640)
    keep(path, "a talk", "default", Take("", 2, (CALL,)))

    assert path.stat().st_mode & 0o777 == 0o640


def test_half_a_letter_can_be_written(tmp_path):
    path = tmp_path / "a.json"
    half = Take("", 1, (Entry("a", CallKind.MODEL, {"text": "\ud83d"}, "é"),))
    keep(path, "a talk", "default", half)

    assert read(path).takes == (half,)


def test_threads_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "deep" / "a.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: keep(path, "a talk", "default", Take("", n, (CALL,))), range(40)))

    assert [take.number for take in read(path).takes] == list(range(40))
    assert [each.name for each in path.parent.iterdir()] == ["a.json"]


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    program = """
import sys
from pathlib import Path
from scenario._replay.cassette import Entry, Take
from scenario._replay.library import keep
from scenario._tape import CallKind
for number in range(15):
    keep(Path(sys.argv[1]), "a talk", "default", Take(sys.argv[2], number, (Entry("a", CallKind.MODEL, 1, 2),)))
"""
    path = tmp_path / "a.json"
    started = [subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in "abc"]

    assert [each.wait(50) for each in started] == [0, 0, 0]
    assert len(read(path).takes) == 45


def test_a_miss_is_told_apart_from_a_broken_file():
    assert not issubclass(CassetteError, ReplayMissError)
