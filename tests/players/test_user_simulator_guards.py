"""scenario._simulator.guards: what is wrong with a reply, and how often the guards are right."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._simulator import evaluate
from scenario._simulator.guards import Background, Flaw, find_flaw
from scenario._simulator.prompt import RULES

LABELLED = Path(__file__).parents[1] / "data" / "simulator_replies.jsonl"
DATA = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
ROWS = evaluate.read_rows(LABELLED.read_text(encoding="utf-8").splitlines())


def flaw(text, own=(), heard=(), situation=""):
    found = find_flaw(text, Background(own, heard, situation))
    return found and found.flaw


# the labelled set


def test_the_labelled_set_is_what_it_says():
    assert len({row["id"] for row in DATA}) == len(DATA) >= 60
    for language in ("en", "de", "es", "ja"):
        for part in ("development", "held-out"):
            labels = {row["label"] for row in DATA if (row["language"], row["part"]) == (language, part)}
            assert labels == {"good", *evaluate.LABELS}


def test_precision_and_recall_of_all_replies_reach_nine_tenths():
    overall = evaluate.scores(ROWS)[-1]
    assert min(overall.precision, overall.recall) >= 0.9


@pytest.mark.parametrize("label", evaluate.LABELS)
def test_precision_and_recall_of_each_guard_reach_nine_tenths(label):
    (score,) = [score for score in evaluate.scores(ROWS) if score.label == label]
    assert min(score.precision, score.recall) >= 0.9


@pytest.mark.parametrize("language", ["en", "de", "es", "ja"])
def test_precision_and_recall_of_each_language_reach_nine_tenths(language):
    overall = evaluate.scores([row for row in ROWS if row.language == language])[-1]
    assert min(overall.precision, overall.recall) >= 0.9


@pytest.mark.parametrize("part", ["development", "held-out"])
def test_precision_and_recall_of_each_part_reach_nine_tenths(part):
    overall = evaluate.scores([row for row in ROWS if row.part == part])[-1]
    assert min(overall.precision, overall.recall) >= 0.9


def test_the_command_prints_both_for_each_part():
    command = [sys.executable, "-m", "scenario._simulator.evaluate", str(LABELLED)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for part in ("all:", "development:", "held-out:", "ja:"):
        assert part in done.stdout
    assert "any        precision" in done.stdout


def test_the_command_fails_below_nine_tenths(tmp_path, capsys):
    row = {**DATA[0], "label": "leak", "reply": "refund please"}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    assert evaluate.main([str(path)]) == 1
    assert f"wrong: {row['id']} ({row['part']}) is leak, found good" in capsys.readouterr().out


def test_the_command_wants_a_file(capsys):
    assert evaluate.main([]) == 2
    assert "Usage" in capsys.readouterr().err


def test_scores_of_nothing_are_whole():
    report = io.StringIO()
    evaluate.write_report([], report)
    assert "any        precision 1.00  recall 1.00  (0)" in report.getvalue()


# single facts


def test_what_is_wrong_is_said_with_the_words_that_show_it():
    found = find_flaw("Sure! How can I help you today?", Background())
    assert found.reason == "it speaks as the assistant: 'How can I help you today'"


@pytest.mark.parametrize("short", ["yes", "no thanks", "thank you so much", "はい", "4711"])
def test_something_short_may_be_said_twice(short):
    assert flaw(short, own=[short], heard=["ok"]) is None


def test_four_words_are_long_enough_to_be_a_repetition():
    assert flaw("Where is my parcel?", own=["where is my parcel"], heard=["Soon."]) is Flaw.REPEAT


@pytest.mark.parametrize(
    ("heard", "found"), [("Sorry, could you repeat that?", None), ("Your order ships soon.", Flaw.REPEAT)]
)
def test_something_long_may_be_said_twice_to_who_asks_for_it(heard, found):
    text = "I ordered a blue lamp and it never came"
    assert flaw(text, own=[text], heard=[heard]) is found


def test_a_number_may_be_given_again_to_who_asks_for_it():
    assert flaw("my order number is 4711", own=["my order number is 4711"], heard=["Your number?"]) is None


@pytest.mark.parametrize(
    "new",
    [
        "I do not want a refund to my card for order 4711",
        "I want a refund to my card for order 4712",
        "I want a refund to my account for order 4711",
    ],
)
def test_a_correction_is_no_repetition(new):
    assert flaw(new, own=["I want a refund to my card for order 4711"]) is None


def test_what_the_assistant_is_quoted_with_is_not_the_users():
    assert flaw('You wrote "How can I help you?" and then nothing') is None
    assert flaw("Your bot said: How can I help you today?") is None


def test_words_of_a_play_are_no_leak_where_the_situation_is_about_them():
    text = "In this simulation the mesh has four million cells"
    assert flaw(text, situation="An engineer runs a flow simulation") is None
    assert flaw(text, situation="A customer wants a refund") is Flaw.LEAK


def test_words_of_a_play_are_no_leak_in_answer_to_them():
    assert flaw("A simulated user? No!", heard=["Are you a simulated user?"]) is None


def test_a_situation_may_be_told_in_the_users_own_words():
    situation = (
        "The user bought a blue lamp on 3 May, it arrived with a cracked base, and the shop is closed."
    )
    assert flaw("I bought a blue lamp on 3 May, it arrived with a cracked base", situation=situation) is None
    assert flaw("The user bought a blue lamp on 3 May", situation=situation) is Flaw.LEAK


@pytest.mark.parametrize("thing", ["The machine should be repaired", "The package was open when it arrived"])
def test_things_of_the_situation_are_no_persons(thing):
    situation = "A package was open when it arrived. The package needs a new box. The machine is broken. The machine has E1."
    assert flaw(thing, situation=situation) is None


def test_who_else_stands_in_the_situation_may_be_spoken_of():
    situation = (
        "The user called customer service three times last week and spoke to an agent who promised a refund."
    )
    text = "I called customer service three times last week and spoke to an agent who promised a refund"
    assert flaw(text, situation=situation) is None


def test_a_very_long_reply_is_looked_at_quickly():
    assert flaw("the assistant " * 20_000) is None


def test_the_instructions_are_not_read_out():
    assert flaw(RULES.splitlines()[3].removeprefix("- ")) is Flaw.LEAK


def test_notes_of_ours_are_not_written():
    assert flaw("[The assistant calls refund({})]\nthanks") is Flaw.ROLE


@given(st.text(), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3), st.text())
def test_any_text_can_be_looked_at(text, own, heard, situation):
    find_flaw(text, Background(own, heard, situation))
