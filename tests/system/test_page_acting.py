"""The local page in a browser: what happens while it is open, and what people do with it."""

from __future__ import annotations

import json

import pytest

from system.page_site import filled, served, serving, watching
from web.seeded import AFTER, BEFORE, FAILED_RUN, conclude, verdict

pytestmark = pytest.mark.system
POLITE = "The agent stays polite"


@pytest.fixture
def site(tmp_path):
    with serving(tmp_path) as found:
        yield found


@pytest.fixture
def shown(page, watched, site):
    with watching(page, watched, site) as found:
        yield found


def test_a_run_in_progress_is_followed_to_its_end(shown):
    page = shown.go("runs/scenariorun_live")
    page.locator(".running-now").first.wait_for()
    page.get_by_text("not connected").wait_for(state="detached")
    shown.site.live.says("My parcel is blue.", "user", turn=1)
    shown.site.tell_live()
    page.locator("#m2", has_text="My parcel is blue.").wait_for()
    conclude(shown.site.live, [verdict(POLITE, True, "Yes.", 1, "It is.")])
    shown.site.tell_live()
    page.locator("h1 .badge.passed").wait_for()
    assert page.locator(".running-now").count() == 0
    open_all_along = page.locator("main").inner_text()
    page.reload()
    page.locator("h1 .badge.passed").wait_for()
    assert page.locator("main").inner_text() == open_all_along


def test_a_page_takes_up_what_happened_while_the_server_was_away(page, tmp_path):
    with filled(tmp_path) as (sink, live):
        with served(sink, live) as site:
            page.goto(f"{site.url}#/runs/scenariorun_live")
            page.locator(".pulse:not(.away)").wait_for()
        page.locator(".pulse.away").wait_for()
        live.says("Nobody heard this.", "user", turn=1)
        site.tell_live()
        with served(sink, live, port=int(site.url.rstrip("/").rpartition(":")[2])):
            page.locator("#m2", has_text="Nobody heard this.").wait_for(timeout=20_000)
            page.goto("about:blank")


def test_the_runs_tell_of_a_run_that_ends(shown):
    page = shown.go("runs")
    row = page.locator("[data-batch=scenariobatch_live]")
    row.locator(".running-now").wait_for()
    conclude(shown.site.live, [verdict(POLITE, False, "Yes.", 1, "It is not.")])
    shown.site.tell_live()
    row.get_by_text("1 failed").wait_for()


def test_two_runs_are_chosen_and_compared(shown):
    page = shown.go("runs")
    for batch in (AFTER, BEFORE):
        page.locator(f"[data-batch={batch}] input").check()
    page.keyboard.press("c")
    page.wait_for_url(f"**/compare?a={BEFORE}&b={AFTER}")
    row = page.locator("[data-row]", has_text="late parcel")
    assert "still flaky" in row.inner_text()
    assert "\N{MINUS SIGN}63" in row.inner_text()
    row.locator("a.main").click()
    page.get_by_label("after").select_option(FAILED_RUN)
    page.get_by_label("before").select_option("scenariorun_before_late2")
    page.locator("#transcripts .pair > :last-child").get_by_text("Stop asking me").wait_for()
    page.locator("#transcripts .pair > :first-child").get_by_text("I can refund it today").wait_for()
    assert page.locator("#transcripts .turn").all_inner_texts() == ["turn 1", "turn 2"]


def test_a_verdict_is_labelled_by_keys_and_counted(shown):
    page = shown.go(f"review?batch={AFTER}")
    page.locator(".verdicts [aria-current]").wait_for()
    page.keyboard.press("y")
    page.locator(".verdicts .badge", has_text="right").wait_for()
    page.locator(".verdicts li:nth-child(2) [aria-current]").wait_for()
    page.keyboard.press("n")
    page.locator(".verdicts .badge", has_text="wrong").wait_for()
    page.locator(".fact", has_text="agreement").get_by_text("50 %").wait_for()
    with page.expect_download() as download:
        page.get_by_text("Export labels").click()
    labels = [json.loads(line) for line in download.value.path().read_text().splitlines()]
    assert [(each["criterion"], each["label"]) for each in labels] == [
        ("The agent says where the parcel is", "right"),
        (POLITE, "wrong"),
    ]


def test_a_note_is_kept_with_its_label(shown):
    page = shown.go(f"review?batch={AFTER}")
    page.locator(".verdicts [aria-current]").wait_for()
    page.keyboard.press("m")
    page.keyboard.type("The quote says so.")
    page.get_by_role("button", name="Right").click()
    page.locator(".verdicts .badge", has_text="right").wait_for()
    page.reload()
    page.locator(".verdicts .badge", has_text="right").wait_for()
    assert page.locator("#note").input_value() == "The quote says so."


def test_a_batch_is_deleted_after_a_question(shown):
    page = shown.go("runs")
    row = page.locator(f"[data-batch={BEFORE}]")
    row.get_by_label("Delete").click()
    page.get_by_role("button", name="Keep").click()
    assert row.count() == 1
    row.get_by_label("Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    row.wait_for(state="detached")
    page.reload()
    page.locator(f"[data-batch={AFTER}]").wait_for()
    assert row.count() == 0


def test_an_empty_store_says_what_to_do(shown):
    page = shown.go("runs")
    for batch in (BEFORE, AFTER, "scenariobatch_live"):
        page.locator(f"[data-batch={batch}]").get_by_label("Delete").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.locator(f"[data-batch={batch}]").wait_for(state="detached")
    assert "scenario demo" in shown.text(".empty")
    assert shown.site.url.rstrip("/") in shown.text(".empty")
