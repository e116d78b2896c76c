"""The page, as text. What it does in a browser is tested in tests/system."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from analysis.rows import AGENT, batch, row, trials
from scenario.analysis import compare, summarise
from scenario.report.charts import histogram
from scenario.report.document import Document
from scenario.report.html import html
from scenario.statistics import Counts


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.inside = {}
        self._tag = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._tag = (tag, dict(attrs).get("id"))

    def handle_data(self, data):
        self.inside[self._tag] = self.inside.get(self._tag, "") + data

    def handle_endtag(self, tag):
        self._tag = None


@pytest.fixture(scope="module")
def page(document):
    return Page(html(document))


def data_of(page):
    return json.loads(page.inside["script", "data"])


def test_the_page_fetches_nothing(page):
    attributes = {name for _, attrs in page.elements for name in attrs}

    assert not attributes & {"src", "srcset", "href", "action", "style", "background", "data"}
    assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in page.inside["style", None]
    assert "@import" not in page.inside["style", None]


def test_the_policy_admits_this_script_and_this_style_only(page):
    (policy,) = [
        attrs["content"]
        for tag, attrs in page.elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    hashes = [
        base64.b64encode(hashlib.sha256(page.inside[place].encode()).digest()).decode()
        for place in (("script", None), ("style", None))
    ]

    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{hashes[0]}'" in policy
    assert f"style-src 'sha256-{hashes[1]}'" in policy


def test_every_trial_is_in_the_data_with_its_evidence(page):
    found = data_of(page)

    assert len(found) == 102
    assert {trial["state"] for trial in found} == {"passed", "failed", "left-out"}
    assert found[0]["verdicts"][0]["evidence"] == [{"place": 1, "quote": "thank you"}]


def test_what_is_said_cannot_end_the_data():
    text = html(
        Document(
            summarise([row("</script><script>alert(1)</script>", fault=AGENT, error="</script><!--")]), {}
        )
    )

    assert text.count("<script") == 2
    assert text.count("</script>") == 2
    assert "<!--" not in text


def test_names_are_escaped_in_the_page(page, document):
    assert ("script", {}) in page.elements
    assert len([tag for tag, _ in page.elements if tag == "script"]) == 2
    assert "hands over &lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html(document)


def test_there_is_a_row_and_a_section_for_each_scenario(page):
    sections = [attrs for tag, attrs in page.elements if attrs.get("class") == "scenario"]

    assert [attrs["data-name"] for attrs in sections][:2] == ["greets the customer", "finds the order"]
    assert len([tag for tag, attrs in page.elements if tag == "circle" and attrs["r"] == "5"]) == 5


def test_the_comparison_stands_in_the_page():
    old, new = (
        batch({"a": Counts(20, 20), "old": Counts(1, 1)}, "before"),
        batch({"a": Counts(8, 20)}, "after"),
    )
    text = html(Document(new, {}, compare(old, new)))

    assert "Against before" in text
    assert "<td>newly failing</td><td>20 of 20</td><td>8 of 20</td><td>-60.0</td>" in text
    assert "Only before: old" in text


def test_a_scenario_that_was_stopped_early_says_so():
    text = html(Document(summarise(trials("a", 3, 3, metadata={"trials": 5})), {}))

    assert "no interval: stopped early" in text


def test_an_empty_batch_is_a_page():
    assert "There are no runs." in html(Document(summarise([]), {}))


def test_a_name_with_template_marks_stays_as_it_is():
    assert "costs $head and $$" in html(Document(summarise([row("costs $head and $$")]), {}))


def test_a_measure_that_never_varies_is_told_in_words():
    assert "turns: 2 in all 3 trials" in histogram([2, 2, 2], "turns", 0)
    assert len(re.findall("<rect", histogram([1, 2, 3, 4], "turns", 0))) == 2
