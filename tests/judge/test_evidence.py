"""scenario._judge.evidence: a quote counts when it was said, and where it was said."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scenario import Evidence
from scenario._judge.evidence import Claim, Source

SAID = [
    "Is there tea?",
    "Good morning!\nThere is   green tea, and “Earl Grey” — it\u2019s fresh.",
    'calls find_order({"number": 7})',
]


def check(quote, message=1, said=SAID, beside=""):
    return Source(said, beside).check([Claim(message, quote)])


def where(quote, message=1, **others):
    (evidence,) = check(quote, message, **others).evidence
    return evidence.message, evidence.quote


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("green tea", "green tea"),
        ("GREEN TEA", "green tea"),
        ("there is green tea", "There is   green tea"),
        ("Good morning! There is green tea", "Good morning!\nThere is   green tea"),
        ('"Earl Grey" - it\'s fresh.', "“Earl Grey” — it\u2019s fresh."),
        ('"Earl Grey."', "Earl Grey"),
        ("'green tea, and'", "green tea, and"),
        ("| Good morning!\n| There is green", "Good morning!\nThere is   green"),
        ("Good morning ... Earl Grey", "Good morning!\nThere is   green tea, and “Earl Grey"),
        ("… green tea […] fresh…", "green tea, and “Earl Grey” — it\u2019s fresh"),
    ],
)
def test_a_quote_is_found_and_given_as_it_stands_there(quote, stands):
    assert where(quote) == (1, stands)


def test_a_quote_that_stands_in_another_message_is_found_there():
    assert where("Is there tea?", message=1)[0] == 0


@pytest.mark.parametrize("message", [None, -1, 3, 10**9])
def test_a_quote_without_a_message_that_exists_is_looked_for_everywhere(message):
    assert where("find_order", message) == (2, "find_order")


def test_the_message_that_the_judge_named_comes_first():
    assert where("tea", message=1)[0] == 1
    assert where("tea", message=0)[0] == 0


def test_what_stands_beside_the_conversation_can_be_quoted():
    assert where("cache miss", None, beside="[abc] lookup\n  note: Cache miss") == (None, "Cache miss")


@pytest.mark.parametrize("quote", ["coffee", "tea ... morning", "", "...", ' "." ', "Good tea"])
def test_what_was_not_said_is_not_found(quote):
    found = check(quote)
    assert (found.evidence, found.missing, found.supported) == ((), (quote,), False)


def test_a_verdict_without_quotes_claims_nothing():
    found = Source(SAID).check([])
    assert (found.evidence, found.missing, found.supported) == ((), (), True)


def test_one_true_quote_among_false_ones_supports():
    found = Source(SAID).check([Claim(0, "coffee"), Claim(1, "green"), Claim(0, "green")])
    assert (found.evidence, found.missing) == ((Evidence(1, "green"),), ("coffee",))
    assert found.supported


WORDS = st.lists(st.text(alphabet="abcäß王, .'\"-\n", min_size=1, max_size=12), min_size=1, max_size=4)


@given(said=WORDS, quote=st.text(alphabet="abcäß王, .'\"-\n…", max_size=8))
@example(said=["ab"], quote="a...b")
def test_evidence_always_stands_in_the_message_that_it_names(said, quote):
    for found in check(quote, 0, said).evidence:
        assert found.quote in said[found.message]
        assert found.quote


@given(said=WORDS, data=st.data())
def test_what_was_said_is_always_found(said, data):
    index = data.draw(st.integers(0, len(said) - 1))
    text = said[index]
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    assume(quote.strip(" \t\r\n\"'.,;:") and "..." not in quote)
    changed = data.draw(st.sampled_from([str, str.upper, lambda words: f'"{words}"']))(quote)
    assert check(changed, index, said).supported
