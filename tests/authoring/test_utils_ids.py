"""scenario._utils.ids: identifiers, and the one that the runs of a process share."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from scenario import _utils
from scenario._utils import ids


@pytest.mark.parametrize(
    ("make", "prefix"),
    [
        (ids.generate_thread_id, "scenariothread"),
        (ids.generate_scenario_run_id, "scenariorun"),
        (ids.generate_scenario_id, "scenario"),
        (ids.generate_message_id, "scenariomsg"),
    ],
)
def test_an_id_has_its_prefix_and_27_letters_and_digits(make, prefix):
    head, _, body = make().partition("_")
    assert head == prefix
    assert len(body) == 27
    assert body.isascii()
    assert body.isalnum()


def test_an_id_is_a_ksuid():
    assert ids.safe_parse_ksuid(ids.generate_id("any"))


def test_ids_are_different():
    assert len({ids.generate_id("x") for _ in range(1000)}) == 1000


def test_ids_sort_by_the_second_of_their_creation(monkeypatch):
    made = []
    for second in (1_400_000_000, 1_500_000_000, 1_500_000_001, 2_500_000_000, 5_694_967_295):
        monkeypatch.setattr(time, "time", lambda second=second: float(second))
        made.append(ids.generate_id("x"))
    assert made == sorted(made)


def test_an_id_holds_its_second_in_its_first_32_bits(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_400_000_007.9)
    monkeypatch.setattr(os, "urandom", lambda size: b"\xff" * size)
    number = 0
    for character in ids.generate_id("x").partition("_")[2]:
        number = number * 62 + ids._ALPHABET.index(character)
    assert (number >> 128, number & (2**128 - 1)) == (7, 2**128 - 1)


def test_the_example_of_the_protocol_is_a_ksuid():
    assert ids.safe_parse_ksuid("0ujtsYcgvSTl8PAuAdqWYSMnLOv")


def test_the_largest_ksuid_is_one_and_the_next_is_not():
    assert ids.safe_parse_ksuid("aWgEPTl1tmebfsQzFP4bxwgy80V")
    assert not ids.safe_parse_ksuid("aWgEPTl1tmebfsQzFP4bxwgy80W")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "scenariorun_",
        "scenariorun_short",
        "0ujtsYcgvSTl8PAuAdqWYSMnLO",
        "0ujtsYcgvSTl8PAuAdqWYSMnLO-",
        "é" * 27,
    ],
)
def test_other_texts_are_no_ksuid(text):
    assert ids.safe_parse_ksuid(text) is False


def test_the_batch_run_id_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "nightly")
    assert ids.get_or_create_batch_run_id() == "nightly"
    assert ids.get_batch_run_id() == "nightly"


@pytest.mark.parametrize("given", [None, ""])
def test_without_one_a_batch_run_id_is_made_and_written_to_the_environment(monkeypatch, given):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", given or "")
    if given is None:
        monkeypatch.delenv("SCENARIO_BATCH_RUN_ID")
    made = ids.get_or_create_batch_run_id()
    assert made.startswith("scenariobatch_")
    assert os.environ["SCENARIO_BATCH_RUN_ID"] == made


def test_the_batch_run_id_stays_the_same(monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "")
    assert ids.get_batch_run_id() == ids.get_or_create_batch_run_id()


def test_a_thread_that_waited_takes_the_batch_run_id_that_another_made(monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "")

    class SomebodyElse:
        """Makes the id between the first look and the second."""

        def __enter__(self):
            os.environ["SCENARIO_BATCH_RUN_ID"] = "made meanwhile"

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(ids, "_creating", SomebodyElse())
    assert ids.get_or_create_batch_run_id() == "made meanwhile"


def test_a_child_process_shares_the_batch_run_id(monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "")
    mine = ids.get_batch_run_id()
    code = "from scenario._utils import get_batch_run_id; print(get_batch_run_id())"
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert theirs.stdout.strip() == mine


def test_the_helpers_are_at_the_package_too():
    assert [name for name in _utils.__all__ if not callable(getattr(_utils, name))] == []
    assert _utils.generate_message_id is ids.generate_message_id


def test_the_package_has_no_other_helpers():
    with pytest.raises(AttributeError, match="has no attribute 'helper'"):
        _ = _utils.helper


def test_a_source_makes_ksuids_with_the_prefix():
    head, _, body = ids.IdSource()("scenariomsg").partition("_")
    assert head == "scenariomsg"
    assert ids.safe_parse_ksuid(body)


def test_the_ids_of_a_source_follow_each_other():
    source = ids.IdSource()
    source._count = 3843
    bodies = [source("x")[-4:] for _ in range(3)]
    assert bodies == ["00zz", "0100", "0101"]


def test_a_source_draws_again_when_its_count_is_used_up():
    source = ids.IdSource()
    source._count = 62**4 - 1
    last, following = source("x"), source("x")
    assert last.endswith("zzzz")
    assert following[:-4] != last[:-4]
    assert ids.safe_parse_ksuid(following)


def test_two_sources_make_different_ids():
    assert ids.IdSource()("x") != ids.IdSource()("x")
