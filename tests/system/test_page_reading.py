"""The local page in a browser: its screens, read."""

from __future__ import annotations

from pathlib import Path

import pytest

from system.page_site import serving, watching

pytestmark = pytest.mark.system
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
CONVERSATION = "runs/scenariorun_failed"
SCREENS = {
    "runs": "runs",
    "batch": "batches/scenariobatch_after",
    "cards by tag": "batches/scenariobatch_after?as=cards&group=tag",
    "scenario": "batches/scenariobatch_after/scenarios/late%20parcel",
    "conversation": CONVERSATION,
    "media": "runs/scenariorun_media",
    "in progress": "runs/scenariorun_live",
    "compare": "compare?a=scenariobatch_before&b=scenariobatch_after",
    "transcripts": "compare?a=scenariobatch_before&b=scenariobatch_after&left=scenariorun_before_late2&right=scenariorun_failed",
    "review": "review?batch=scenariobatch_after",
    "search": "search?q=parcel",
    "missing": "nowhere",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture
def shown(page, watched, site):
    with watching(page, watched, site) as found:
        yield found


def names(page):
    return page.locator("[data-row] a.main").all_inner_texts()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("width", [1200, 390], ids=["wide", "phone"])
def test_a_screen_fits_and_is_silent(shown, screen, width):
    shown.page.set_viewport_size({"width": width, "height": 840})
    page = shown.go(SCREENS[screen])
    page.wait_for_load_state("networkidle") if screen == "missing" else page.locator("main").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "screen", ["runs", "batch", "scenario", "conversation", "compare", "review", "search"]
)
def test_axe_finds_nothing_serious(shown, screen, scheme):
    shown.page.emulate_media(color_scheme=scheme)
    page = shown.go(SCREENS[screen])
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document)")
    serious = [
        (each["id"], [node["html"][:200] for node in each["nodes"]][:3])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_the_runs_tell_rates_with_intervals_and_faults_apart(shown):
    page = shown.go("runs")
    row = page.locator("[data-batch=scenariobatch_after]").inner_text()
    assert "54 %" in row
    assert "29 % to 77 %" in row
    assert "6 failed" in row
    assert "2 faults" in row
    faults = page.locator("[data-batch=scenariobatch_after] .tally .fault")
    assert faults.get_attribute("title").startswith("1 simulator fault, 1 judge fault")


def test_a_filter_stands_in_the_address(shown):
    page = shown.go("runs")
    page.get_by_label("Branch").select_option("main")
    page.wait_for_url("**branch=main")
    page.locator("[data-batch=scenariobatch_after]").wait_for(state="detached")
    assert page.locator("[data-batch]").count() == 1
    page.reload()
    page.locator("[data-batch=scenariobatch_before]").wait_for()
    assert page.locator("[data-batch]").count() == 1


def test_filters_that_leave_nothing_say_what_to_do(shown):
    page = shown.go("runs?q=nothing+is+called+so")
    page.locator(".empty a").click()
    page.locator("[data-batch=scenariobatch_after]").wait_for()


def test_a_batch_shows_what_failed_alone(shown):
    page = shown.go("batches/scenariobatch_after")
    page.get_by_role("button", name="failed", exact=True).click()
    page.get_by_text("angry customer").wait_for(state="detached")
    assert names(page) == ["late parcel", "hostile <b>text</b>"]


def test_a_batch_shows_faults_by_kind(shown):
    page = shown.go("batches/scenariobatch_after?show=simulator")
    assert names(page) == ["angry customer"]


def test_a_batch_is_grouped_by_criterion(shown):
    page = shown.go("batches/scenariobatch_after?group=criterion")
    assert "The agent stays polite" in "".join(page.locator(".group h2").all_inner_texts())


def test_a_scenario_shows_its_criteria_by_trial(shown):
    page = shown.go(SCREENS["scenario"])
    row = page.locator(".heat tbody tr", has_text="stays polite")
    assert row.locator(".cell.failed").count() == 5
    assert page.locator(".chart canvas").count() == 2


def test_a_failed_run_says_why_and_leads_to_the_message(shown):
    page = shown.go(CONVERSATION)
    assert "It insults the customer." in shown.text(".why-box")
    page.locator(".why-box a", has_text="see message #5").click()
    page.locator("#m5.current").wait_for()
    assert "No. Stop asking me, you people" in shown.text("#m5 mark.evidence")


def test_a_quote_is_marked_through_the_markdown(shown):
    page = shown.go(CONVERSATION)
    assert page.locator("#m3 li mark").inner_text() == "in transit"


def test_a_fault_is_not_the_agents(shown):
    shown.go("runs/scenariorun_after_angry1")
    assert "Not counted against the agent." in shown.text(".why-box")


def test_tools_are_folded_and_open_together(shown):
    page = shown.go(CONVERSATION)
    assert page.locator("details.tool[open]").count() == 0
    page.keyboard.press("o")
    assert page.locator("details.tool[open]").count() == 2


def test_a_checkpoint_stands_between_the_turns(shown):
    page = shown.go(CONVERSATION)
    kinds = page.locator(".conversation > .messages > li").evaluate_all(
        "all => all.map(each => each.className.split(' ')[0])"
    )
    assert kinds == ["turn", *["message"] * 4, "aside-line", "turn", "message", "message"]


def span(number, parent, name, attributes):
    told = {key: {"stringValue": value} for key, value in attributes.items()}
    return {
        "traceId": "a" * 32,
        "spanId": f"{number:016x}",
        "parentSpanId": f"{parent:016x}" if parent else "",
        "name": name,
        "startTimeUnixNano": str(number * 10**9),
        "endTimeUnixNano": str((10 - number) * 10**9),
        "attributes": [{"key": key, "value": value} for key, value in told.items()],
    }


def test_spans_of_another_process_are_drawn_under_each_other(shown):
    spans = [
        span(1, 0, "desk turn", {"scenario.run_id": "scenariorun_media"}),
        span(2, 1, "chat", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "small-model"}),
    ]
    shown.site.send(
        "api/otel/v1/traces", {"resourceSpans": [{"scopeSpans": [{"scope": {}, "spans": spans}]}]}
    )
    page = shown.go("runs/scenariorun_media")
    page.locator(".waterfall", has_text="small-model").wait_for()
    assert page.locator(".waterfall .took").all_inner_texts() == ["8.0 s", "6.0 s"]
    bars = page.locator(".waterfall .bar").evaluate_all(
        "all => all.map(each => [each.style.left, each.style.width])"
    )
    assert bars == [["0%", "max(2px, 100%)"], ["12.5%", "max(2px, 75%)"]]


def test_what_was_rolled_back_is_kept(shown):
    page = shown.go("runs/scenariorun_after_refund1")
    page.locator(".rollback summary").click()
    assert "Refunded, have a nice day!" in shown.text(".rollback .message")


def test_pictures_and_sound_are_there(shown):
    page = shown.go("runs/scenariorun_media")
    page.wait_for_function("document.querySelector('img.media').naturalWidth === 24")
    page.wait_for_function("document.querySelector('audio').duration > 0")


def test_the_keys_lead_through_a_conversation(shown):
    page = shown.go(CONVERSATION)
    page.locator("#m0").wait_for()
    page.keyboard.press("n")
    page.locator("#m0.current").wait_for()
    page.keyboard.press("e")
    page.locator("#m3.current").wait_for()
    page.keyboard.press("[")
    page.wait_for_url("**/runs/scenariorun_after_late5")


def test_the_keys_lead_through_the_runs(shown):
    page = shown.go("runs")
    page.locator("[data-batch]").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batches/scenariobatch_after")


def test_a_question_mark_shows_the_keys(shown):
    page = shown.go("runs")
    page.keyboard.press("?")
    page.locator("dialog[open] dt", has_text="x").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")


def test_words_are_found_and_lead_to_their_message(shown):
    page = shown.go("runs")
    page.keyboard.press("/")
    page.keyboard.type("money back")
    page.keyboard.press("Enter")
    page.locator(".found a").first.click()
    page.locator("#m4.current").wait_for()


def test_a_hit_names_its_trial_run_outcome_and_time_with_its_words_marked(shown):
    page = shown.go("search?q=parcel&batch=scenariobatch_after")
    hits = page.locator(".found .hit")
    hits.first.wait_for()
    assert len(set(hits.all_inner_texts())) == hits.count() >= 6
    first = hits.first.inner_text()
    for words in ("late parcel · trial 6", "failed", "orders", "user #0"):
        assert words in first
    assert page.locator(".found .hit time").first.inner_text()
    assert page.locator(".found li").first.locator("mark").all_inner_texts() == ["parcel"]


def test_hostile_words_of_a_hit_are_text(shown):
    page = shown.go("search?q=script")
    page.locator(".excerpt").first.wait_for()
    assert "<script>document.title=" in shown.text(".excerpt")
    assert page.locator(".excerpt :is(script, img, a, iframe)").count() == 0
    assert page.locator(".excerpt mark").first.inner_text() == "script"


def test_the_theme_is_kept(shown):
    page = shown.go("runs")
    page.keyboard.press("t")
    page.keyboard.press("t")
    page.reload()
    page.locator("main h1").wait_for()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 25, 26)"


def test_the_raw_run_is_read_when_it_is_opened(shown):
    page = shown.go(CONVERSATION)
    page.locator("summary", has_text="Raw JSON").click()
    page.locator("pre[aria-label='The raw run']", has_text="scenariorun_failed").wait_for()
