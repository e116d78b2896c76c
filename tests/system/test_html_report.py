"""The report in a browser, opened from a disk."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from report.played import HOSTILE, RATES, play_suite
from scenario.analysis import select
from scenario.report.document import read_document
from scenario.report.files import ReportFiles, write_reports
from scenario.store import FilePlace, open_store

pytestmark = pytest.mark.system
HANDS_OVER = list(RATES)[3]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    place = FilePlace(folder / "runs.db")
    with ThreadPoolExecutor(1) as thread:  # the browser's loop runs on this one
        thread.submit(asyncio.run, play_suite(place, judge_faults={"gives a refund": 2})).result()
    with open_store(place) as store:
        chosen = select(store, "last")
        write_reports(read_document(store, chosen, baseline=chosen), ReportFiles(html=folder / "report.html"))
    return folder / "report.html"


@pytest.fixture
def report(page, watched, file):
    page.goto(file.as_uri())
    yield page
    assert watched.requests == [file.as_uri()]
    assert watched.console == []
    assert watched.errors == []


def shown(report):
    return report.locator("#shown").inner_text()


def visible_scenarios(report):
    return report.locator(".scenario:not([hidden]) .name").all_inner_texts()


def open_scenario(report, place):
    section = report.locator(".scenario").nth(place)
    section.locator("summary").click()
    section.locator("li").first.wait_for()  # the trials are made a moment after the click
    return section


def test_everything_is_shown_at_first(report):
    assert shown(report) == "102 of 102 trials"
    assert visible_scenarios(report) == list(RATES)
    assert report.locator("svg").count() >= 7
    assert "61 %" in report.locator(".tile").first.inner_text()


def test_trials_are_chosen_by_what_they_say(report):
    report.get_by_label("passed").uncheck()

    assert shown(report) == "41 of 102 trials"
    assert "greets the customer" not in visible_scenarios(report)
    report.get_by_label("failed").uncheck()
    assert shown(report) == "2 of 102 trials"
    assert visible_scenarios(report) == ["gives a refund"]


def test_scenarios_are_chosen_by_steadiness_and_by_tag(report):
    report.locator("#steadiness").select_option("usually passes")
    assert visible_scenarios(report) == ["finds the order", "gives a refund"]

    report.locator("#tag").select_option("finds")
    assert visible_scenarios(report) == ["finds the order"]


def test_words_are_found_in_conversations_and_names(report):
    report.locator("#find").fill("GO AWAY")
    assert shown(report) == "39 of 102 trials"

    report.locator("#find").fill("latin")
    assert visible_scenarios(report) == ["speaks Latin"]

    report.locator("#find").fill("no such words")
    assert shown(report) == "0 of 102 trials"


def test_a_scenario_that_is_open_is_filtered_too(report):
    section = open_scenario(report, 1)
    assert section.locator("li:visible").count() == 20

    report.get_by_label("passed").uncheck()
    assert section.locator("li:visible").count() == 4


def test_a_trial_opens_with_its_conversation_and_the_evidence_is_marked(report):
    section = open_scenario(report, 4)
    section.locator("button").first.click()
    conversation = section.locator(".conversation")

    assert conversation.locator(".message").count() == 2
    assert conversation.locator("mark").all_inner_texts() == ["Go away."]
    assert conversation.locator(".status").first.inner_text().strip() == "failed"
    conversation.locator(".evidence a").click()
    assert report.url.endswith("-1")
    section.locator("button").first.click()
    assert conversation.count() == 0


def test_what_was_said_stays_text(report):
    title = report.title()
    section = open_scenario(report, 4)
    section.locator("button").first.click()

    assert HOSTILE in section.locator(".message").nth(1).inner_text()
    assert section.locator(".conversation img, .conversation script").count() == 0
    assert HANDS_OVER in visible_scenarios(report)
    assert report.title() == title


def test_the_keyboard_opens_a_scenario(report):
    report.locator(".scenario summary").first.focus()
    report.keyboard.press("Enter")
    report.locator(".scenario li").first.wait_for()

    assert report.locator(".scenario").first.locator("li").count() == 20


def test_without_its_script_the_figures_stand_and_the_rest_is_explained(browser, file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())

    assert "61 %" in page.locator(".tile").first.inner_text()
    assert "need the script of this page" in page.locator("body").inner_text()
    context.close()


def test_a_script_that_is_put_into_the_file_does_not_run(page, watched, file, tmp_path):
    changed = tmp_path / "changed.html"
    text = file.read_text(encoding="utf-8")
    changed.write_text(
        text.replace("<main>", "<main><script>document.title = 'taken'</script>"), encoding="utf-8"
    )
    page.goto(changed.as_uri())

    assert page.title() != "taken"
    assert any("Content Security Policy" in line for line in watched.console)
