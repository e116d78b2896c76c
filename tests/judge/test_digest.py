"""scenario._judge's digest of spans, and the helpers that judges of one's own use."""

from __future__ import annotations

import json

import pytest
from inline_snapshot import snapshot
from opentelemetry.trace import Status, StatusCode

from judge.spans import Spans
from scenario._judge import (
    DEFAULT_TOKEN_THRESHOLD,
    JudgeSpanDigestFormatter,
    StringDeduplicator,
    deep_transform,
    estimate_tokens,
    expand_trace,
    grep_trace,
)
from scenario._judge.spans import of_the_agent
from scenario._judge.string_deduplicator import DUPLICATE
from scenario._judge.trace_tools import MOST_CHARACTERS

FORMATTER = JudgeSpanDigestFormatter()
LONG = "a text of more than fifty characters, which counts as a long one"


def some_spans():
    spans = Spans()
    with spans.call("MyAgent", "Agent"):
        with spans.span(
            "chat",
            **{
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.output_tokens": 20,
                "langwatch.input": json.dumps({"type": "text", "value": LONG}),
                "langwatch.model": "kept only when nothing else has the name",
                "model": "gpt",
            },
        ):
            pass
        with spans.span("find_order", prompt=LONG.upper(), picture="data:image/png;base64,QUJD") as span:
            span.add_event("retry", {"attempt": 2})
            span.set_status(Status(StatusCode.ERROR, "no such order"))
    with spans.span("later"):
        pass
    return spans


def test_the_digest_is_a_tree_with_attributes_events_and_errors():
    assert FORMATTER.format(some_spans().all) == snapshot("""\
Spans: 4 | Total duration: 70ms

[00000001] 2023-11-14T22:13:20.010Z MyAgent.call (50ms)
│   scenario.role: Agent
├── [00000002] 2023-11-14T22:13:20.020Z chat (10ms)
│       gen_ai.usage.input_tokens: 100
│       gen_ai.usage.output_tokens: 20
│       input: {"type": "text", "value": "a text of more than fifty characters, which counts as a long one"}
│       model: gpt
└── [00000003] 2023-11-14T22:13:20.040Z find_order (10ms) [ERROR]
        prompt: [duplicate, see above]
        picture: [image: image/png, 3 B]
        status: no such order
        [event] retry
          attempt: 2
[00000004] 2023-11-14T22:13:20.070Z later (10ms)

Spans with errors:
- [00000003] 2023-11-14T22:13:20.040Z find_order (10ms) [ERROR]: no such order\
""")


def test_the_structure_alone_names_the_tokens_and_no_attributes():
    assert FORMATTER.format_structure_only(some_spans().all) == snapshot("""\
Spans: 4 | Total duration: 70ms | Tokens: 120

[00000001] 2023-11-14T22:13:20.010Z MyAgent.call (50ms)
├── [00000002] 2023-11-14T22:13:20.020Z chat (10ms)
└── [00000003] 2023-11-14T22:13:20.040Z find_order (10ms) [ERROR]
[00000004] 2023-11-14T22:13:20.070Z later (10ms)

Spans with errors:
- [00000003] 2023-11-14T22:13:20.040Z find_order (10ms) [ERROR]: no such order\
""")


@pytest.mark.parametrize("form", [FORMATTER.format, FORMATTER.format_structure_only])
def test_without_spans_the_digest_says_so(form):
    assert form([]) == "No spans recorded."


def test_a_second_digest_begins_anew():
    spans = some_spans().all
    assert FORMATTER.format(spans) == FORMATTER.format(spans)


@pytest.mark.parametrize(
    ("took", "told"), [(0, "(0ms)"), (999, "(999ms)"), (1000, "(1.00s)"), (12345, "(12.35s)")]
)
def test_durations_are_milliseconds_and_then_seconds(took, told):
    spans = Spans(took=took)
    with spans.span("it"):
        pass
    assert FORMATTER.format(spans.all).endswith(told) or took == 12345
    assert told[:4] in FORMATTER.format(spans.all)


def test_ids_of_the_conversation_are_left_out():
    spans = Spans()
    with spans.span(
        "it", **{"langwatch.thread.id": "t", "gen_ai.conversation.id": "t", "scenario.name": "n"}
    ):
        pass
    assert FORMATTER.format(spans.all).splitlines()[-1].endswith("it (10ms)")


def test_what_only_looks_like_json_is_shown_as_it_is():
    spans = Spans()
    with spans.span("it", note='{"a": ', more=["x", "y"]):
        pass
    assert FORMATTER.format(spans.all).splitlines()[-2:] == ['    note: {"a": ', '    more: ["x", "y"]']


def test_a_span_whose_parent_is_elsewhere_stands_for_itself():
    spans = Spans()
    with spans.span("parent"), spans.span("child"):
        pass
    (child,) = [span for span in spans.all if span.name == "child"]
    assert FORMATTER.format([child]).splitlines()[-1].startswith("[00000002]")


def test_a_very_deep_tree_needs_no_deep_stack():
    spans = Spans()
    opened = [spans.span("deep") for _ in range(1200)]
    for each in opened:
        each.__enter__()
    for each in reversed(opened):
        each.__exit__(None, None, None)
    assert FORMATTER.format_structure_only(spans.all).count("deep") == 1200


def test_spans_are_expanded_by_their_ids_or_how_these_begin():
    spans = some_spans()
    whole = expand_trace(spans.all, [spans.id_of("chat")])
    assert whole == expand_trace(spans.all, span_ids=["00000002 "])
    assert whole.splitlines()[0].endswith("chat (10ms)")
    assert LONG in whole


def test_an_unknown_id_is_named_with_those_there_are():
    text = expand_trace(some_spans().all, ["00000004", "beef"])
    assert "later" in text
    assert "Error: no span has the id beef. There are: 00000002 (chat)," in text


@pytest.mark.parametrize("ids", [[], [" "]])
def test_no_id_is_an_error(ids):
    assert expand_trace(some_spans().all, ids).startswith("Error: name at least one span. There are: ")
    assert expand_trace([], ids) == "Error: name at least one span. There are none."


@pytest.mark.parametrize(
    "pattern", ["FIND_order", "retry", "attempt", "no such order", "fifty CHARACTERS, which"]
)
def test_spans_are_found_by_name_attributes_and_events(pattern):
    assert "find_order" in grep_trace(some_spans().all, pattern)


def test_a_pattern_is_taken_literally():
    assert grep_trace(some_spans().all, ".*").startswith("No span holds '.*'. The names of the spans: chat,")


def test_a_search_without_words_or_spans_says_so():
    assert grep_trace(some_spans().all, " ") == "Error: name the words to look for."
    assert grep_trace([], "x") == "No span holds 'x'. The names of the spans: there are none."


def test_a_search_shows_at_most_20_spans():
    spans = Spans()
    for _ in range(23):
        with spans.span("tea"):
            pass
    text = grep_trace(spans.all, "tea")
    assert text.startswith("3 more spans hold 'tea'")
    assert text.count("] 2023") == 20


def test_what_is_shown_has_a_limit():
    spans = Spans()
    with spans.span("tea", note="." * 40_000):
        pass
    for text in (grep_trace(spans.all, "tea"), expand_trace(spans.all, [spans.id_of("tea")])):
        assert text[MOST_CHARACTERS:].startswith("\n[cut here: ")


def test_only_what_the_agent_did_is_left_of_a_run():
    spans = Spans()
    with spans.span("Scenario Turn"):
        for name, role in (("Simulator", "User"), ("MyAgent", "Agent"), ("JudgeAgent", "Judge")):
            with spans.call(name, role), spans.span(f"chat of {role}"), spans.span(f"below {role}"):
                pass
    left = {span.name for span in of_the_agent(spans.all)}
    assert left == {"Scenario Turn", "MyAgent.call", "chat of Agent", "below Agent"}


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("ää", 1), ("\ud800", 1)]
)
def test_tokens_are_estimated_by_bytes(text, tokens):
    assert estimate_tokens(text) == tokens
    assert DEFAULT_TOKEN_THRESHOLD == 8192


def test_a_long_text_is_kept_once():
    texts = StringDeduplicator()
    assert [texts.process(text) for text in (LONG, f" {LONG.upper()}\n", LONG[:49])] == [
        LONG,
        DUPLICATE,
        LONG[:49],
    ]
    assert [texts.process("x" * 50), texts.process("x" * 50)] == ["x" * 50, DUPLICATE]
    texts.reset()
    assert texts.process(LONG) == LONG


def test_the_length_of_a_long_text_can_be_chosen():
    texts = StringDeduplicator(threshold=3)
    assert [texts.process(text) for text in ("ab", "ab", "abc", "abc")] == ["ab", "ab", "abc", DUPLICATE]


def test_values_are_changed_deep_within_and_the_rest_is_a_copy():
    data = {"a": ["x", {"b": ("x", 1)}], "c": None}
    changed = deep_transform(data, lambda value: value.upper() if isinstance(value, str) else value)
    assert changed == {"a": ["X", {"b": ["X", 1]}], "c": None}
    assert data == {"a": ["x", {"b": ("x", 1)}], "c": None}


def test_what_was_changed_is_not_looked_into_again():
    assert deep_transform({"a": 1}, lambda value: ["a", 1] if isinstance(value, dict) else 0) == ["a", 1]


def test_the_parts_can_be_imported_from_their_modules():
    from scenario._judge.deep_transform import deep_transform as two
    from scenario._judge.estimate_tokens import estimate_tokens as one
    from scenario._judge.judge_span_digest_formatter import JudgeSpanDigestFormatter as Three
    from scenario._judge.judge_utils import JudgeUtils
    from scenario._judge.trace_tools import expand_trace as four

    assert (one, two, Three, four) == (
        estimate_tokens,
        deep_transform,
        JudgeSpanDigestFormatter,
        expand_trace,
    )
    assert callable(JudgeUtils.build_transcript_from_messages)
