"""Markdown for a pull request, and JSON Lines for programs."""

from __future__ import annotations

import dataclasses
import json

import pytest

from analysis.rows import AGENT, JUDGE, batch, row, trials
from scenario.analysis import compare, summarise
from scenario.message_types import Message
from scenario.report.document import Document, amount, limited, percent
from scenario.report.jsonl import jsonl
from scenario.report.markdown import markdown
from scenario.statistics import Counts
from scenario.store.conversations import Conversation
from scenario.store.rows import MessageRow


def said(*texts: str) -> Conversation:
    messages: list[Message] = [{"role": "user", "content": text} for text in texts]
    return Conversation(tuple(MessageRow(n, n, None, 0, 1.0, None, each) for n, each in enumerate(messages)))


def one(name="a", text="hello", **values):
    run = row(name, fault=AGENT, **values)
    return Document(summarise([run]), {run.id: said(text)})


def test_markdown_begins_with_the_figures(document):
    text = markdown(document)

    assert "**61 of 100 trials passed: 61 %** (51.2 to 70 %), 2 left out (judge 2)." in text
    assert "| finds the order | 16 of 20 | 80 % | 58.4 to 91.9 % | usually passes | 0 | 1 |" in text
    assert "| 20 | 80 % |" in text


def test_markdown_folds_up_the_failed_trials(document):
    text = markdown(document)

    assert "<details><summary>speaks Latin: 20 of 20 trials failed</summary>" in text
    assert text.count("</details>") == 4
    assert "17 more trials failed." in text


def test_markdown_tells_what_changed():
    old = batch({"a": Counts(20, 20), "b": Counts(5, 5), "old": Counts(1, 1)}, "before")
    new = batch({"a": Counts(8, 20), "b": Counts(5, 5), "new": Counts(1, 1)}, "after")
    text = markdown(Document(new, {}, compare(old, new)))

    assert "| a | newly failing | 20 of 20 | 8 of 20 |" in text
    assert "1 of 2 scenarios are unchanged." in text
    assert "- Only before: old" in text
    assert "- Only now: new" in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a | b", r"a \| b"),
        ("<b>bold</b>", r"\<b\>bold\</b\>"),
        ("[link](http://x)", r"\[link\]\(http://x\)"),
        ("two\nlines", "two lines"),
        ("ask @somebody about #12", "ask @\u200bsomebody about \\#\u200b12"),
    ],
)
def test_a_name_in_markdown_stays_a_name(name, shown):
    assert f"| {shown} | 0 of 1 |" in markdown(one(name))


def test_a_transcript_cannot_end_its_own_fence():
    text = markdown(one(text="```\n</details>\n````"))

    assert "`````text" in text


def test_markdown_that_would_be_too_long_says_what_is_left_out():
    text = markdown(one(text="word " * 3000), most=2000)

    assert len(text) < 2200
    assert "The failed trials of 1 scenarios are left out" in text


def test_a_scenario_that_was_stopped_early_says_so():
    text = markdown(Document(summarise(trials("a", 3, 3, metadata={"trials": 5})), {}))

    assert "no interval: stopped early" in text
    assert "a was stopped early, after 3 of 5 trials" in text


def test_json_lines_hold_the_batch_its_scenarios_and_their_trials(document):
    lines = [json.loads(line) for line in jsonl(document)]
    kinds = [line["type"] for line in lines]

    assert (kinds.count("report"), kinds.count("scenario"), kinds.count("trial")) == (1, 5, 102)
    assert lines[0]["version"] == 1
    assert lines[0]["counts"] == {"passed": 61, "trials": 100}
    assert lines[0]["left_out"] == {"judge": 2}
    assert [line["k"] for line in lines[0]["passes"]] == [1, 2, 3, 5, 8, 10, 20]


def test_a_trial_in_json_lines_has_its_conversation_and_verdicts(document):
    trial = next(
        line
        for line in map(json.loads, jsonl(document))
        if line["type"] == "trial" and line["state"] == "failed"
    )

    assert [message["role"] for message in trial["messages"]] == ["user", "assistant"]
    assert trial["verdicts"][0]["evidence"] == [{"message": 1, "quote": "Go away."}]
    assert trial["usage"]["agent"]["cost"] == 0.001


def test_json_lines_end_with_the_comparison():
    old, new = batch({"a": Counts(5, 5)}), batch({"a": Counts(4, 5)})
    *_, last = map(json.loads, jsonl(Document(new, {}, compare(old, new))))

    assert last["type"] == "comparison"
    assert last["scenarios"][0]["before"] == {"passed": 5, "trials": 5}


def test_json_lines_of_any_text_are_one_line_each():
    (line,) = [line for line in jsonl(one(text="\u2028 \n \x85 \ud800")) if '"trial"' in line[:20]]

    assert len(line.splitlines()) == 1
    assert json.loads(line)["messages"][0]["content"] == "\u2028 \n \x85 \ud800"


def test_left_out_trials_are_marked():
    document = Document(summarise([row(fault=JUDGE)]), {})
    *_, trial = map(json.loads, jsonl(document))

    assert trial["state"] == "left out"
    assert "**No trial counts**, 1 left out (judge 1)." in markdown(document)


def test_numbers_are_short():
    assert [percent(rate) for rate in (1, 0.955, 1 / 3)] == ["100 %", "95.5 %", "33.3 %"]
    assert [amount(value, 2) for value in (None, 1234.5, 0, 0.00012)] == ["-", "1,234.50", "0.00", "0.0001"]


def test_a_long_text_is_cut_and_says_how_much_is_missing():
    assert limited("abcdef", 2) == "ab… (4 more characters)"


def test_prices_that_are_not_known_are_told():
    summary = summarise([row()])
    usage = dataclasses.replace(summary.usage, calls=2, unpriced_calls=2)

    assert "The price of 2 model calls is not known." in markdown(
        Document(dataclasses.replace(summary, usage=usage), {})
    )
