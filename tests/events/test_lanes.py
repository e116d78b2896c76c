"""Who is next, and what gives way: the pure part of the outbox."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenario._events.events import (
    ScenarioMessageSnapshotEvent,
    ScenarioRunFinishedEvent,
    ScenarioRunFinishedEventStatus,
    ScenarioRunStartedEvent,
    ScenarioRunStartedEventMetadata,
)
from scenario._events.lanes import Lanes, Letter
from scenario._events.ledger import Ledger

S, M, F = "started", "message", "finished"


def letter(run="a", kind=M, number=1, since=0.0):
    common = {"batch_run_id": "b", "scenario_id": "s", "scenario_run_id": run, "timestamp": number}
    match kind:
        case "started":
            event = ScenarioRunStartedEvent(**common, metadata=ScenarioRunStartedEventMetadata("s", "d"))
        case "message":
            event = ScenarioMessageSnapshotEvent(**common, messages=[])
        case _:
            event = ScenarioRunFinishedEvent(**common, status=ScenarioRunFinishedEventStatus.SUCCESS)
    return Letter(event, Ledger("x"), number, 0, since)


def fill(lanes, *kinds, run="a"):
    letters = [letter(run, kind, number) for number, kind in enumerate(kinds)]
    return letters, [lanes.put(each) for each in letters]


def empty(lanes, now=0.0):
    found = []
    while (next_one := lanes.take(now)[0]) is not None:
        found.append(next_one)
        lanes.done(next_one.run_id)
    return found


def test_letters_of_a_run_come_out_one_after_the_other():
    lanes = Lanes(10, 1.0)
    letters, _ = fill(lanes, S, M, F)
    assert lanes.take(0.0) == (letters[0], [])
    assert lanes.take(0.0) == (None, []), "the first is under way"
    lanes.done("a")
    assert empty(lanes) == letters[1:]
    assert lanes.idle


def test_runs_take_turns():
    lanes = Lanes(10, 1.0)
    fill(lanes, S, F, run="a")
    fill(lanes, S, F, run="b")
    assert [each.run_id for each in empty(lanes)] == ["a", "b", "a", "b"]


def test_snapshots_that_waited_too_long_give_way_to_the_newest():
    lanes = Lanes(10, 1.0)
    letters, _ = fill(lanes, S, M, M, M, F)
    assert lanes.take(5.0) == (letters[0], [])
    lanes.done("a")
    assert lanes.take(5.0) == (letters[3], [letters[1], letters[2]])
    assert len(lanes) == 1


def test_snapshots_of_a_quick_server_all_come_out():
    lanes = Lanes(10, 1.0)
    letters, _ = fill(lanes, S, M, M, M, F)
    assert empty(lanes, now=0.9) == letters


def test_without_patience_nothing_gives_way():
    lanes = Lanes(3, None)
    letters, put = fill(lanes, S, M, M, M)
    assert put == [(True, []), (True, []), (True, []), (False, [])]
    assert empty(lanes, now=99.0) == letters[:3]


def test_a_snapshot_takes_the_place_of_another_where_there_is_no_room():
    lanes = Lanes(2, 1.0)
    letters, put = fill(lanes, S, M, M)
    assert put[2] == (True, [letters[1]])
    assert empty(lanes) == [letters[0], letters[2]]


def test_a_lone_snapshot_can_be_replaced_where_there_is_no_room():
    lanes = Lanes(1, 1.0)
    letters, put = fill(lanes, M, M)
    assert put[1] == (True, [letters[0]])
    assert empty(lanes) == [letters[1]]


def test_a_start_finds_room_among_the_snapshots_of_others():
    lanes = Lanes(3, 1.0)
    letters, _ = fill(lanes, M, M, M)
    admitted, superseded = lanes.put(letter("b", S))
    assert admitted
    assert superseded == letters[:2]


def test_what_has_no_room_is_refused():
    lanes = Lanes(2, 1.0)
    _, put = fill(lanes, S, M, F)
    assert put[2] == (False, [])
    assert lanes.put(letter("b", M)) == (False, [])


@given(
    puts=st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60),
    patience=st.sampled_from([0.0, 5.0, 100.0]),
)
def test_in_every_order_of_events_starts_ends_and_the_last_snapshot_arrive(puts, patience):
    """Puts and takes in any order: each run's letters come out in their order, whole but for old snapshots."""
    lanes, sent, got, number = Lanes(1000, patience), {}, {}, 0
    for run, take in puts:
        number += 1
        kind = M if run in sent else S
        sent.setdefault(run, []).append(letter(run, kind, number, since=number))
        lanes.put(sent[run][-1])
        if take and (found := lanes.take(number)[0]) is not None:
            got.setdefault(found.run_id, []).append(found)
            lanes.done(found.run_id)
    for run, letters in sent.items():
        letters.append(letter(run, F, number + 1, since=number + 1))
        lanes.put(letters[-1])
    for found in empty(lanes, now=number + 50):
        got.setdefault(found.run_id, []).append(found)
    for run, letters in sent.items():
        arrived = got[run]
        assert [each for each in letters if each in arrived] == arrived
        assert [each for each in arrived if not each.is_snapshot] == [letters[0], letters[-1]]
        assert letters[-2] in arrived, "the newest conversation"
    assert lanes.idle


def test_a_flush_waits_for_what_was_there_before_it():
    ledger = Ledger("x")
    first, second = ledger.enter(), ledger.enter()
    flush = ledger.flush()
    third = ledger.enter()
    assert ledger.settle(second) == []
    assert ledger.settle(first) == [flush]
    assert ledger.flush().done() is False
    assert len(ledger.settle(third)) == 1
    assert ledger.flush().done()


def test_trouble_is_told_once_and_what_waits_until_it_is_settled():
    ledger = Ledger("x")
    first, second, third = ledger.enter(), ledger.enter(), ledger.enter()
    ledger.settle(first, "refused")
    ledger.drop(second)
    assert ledger.untold() == 3
    trouble = ledger.trouble()
    assert (trouble.failed, trouble.dropped, trouble.waiting, trouble.error) == (1, 1, 1, "refused")
    assert ledger.untold() == 0
    assert ledger.trouble().waiting == 1
    ledger.settle(third)
    assert ledger.trouble() is None
