"""The local page in a browser: whether it says what a reader wants to know, in every state that a run can be in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.stories import NOW
from system.page_site import serving, watching
from web import wire
from web.gallery import (
    ATTACK_RUN,
    BROKEN_RUN,
    CANCELLED_RUN,
    CHECKED_RUN,
    CRASHED,
    CUT_RUN,
    GREEN,
    LONG_PATH,
    LONG_RUN,
    NIGHTLY,
    PATHS,
    fill,
    silence,
)
from web.seeded import AFTER, BEFORE, FAILED_RUN

pytestmark = pytest.mark.system
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
PHONE = {"width": 390, "height": 844}
DAY = 86_400
SHORT_PATH = "…/refunds_and_returns/european_orders.yaml"


def fill_for_good(path: Path) -> None:
    fill(path, now=NOW)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("page"), fill_for_good) as found:
        yield found


@pytest.fixture
def shown(page, watched, site):
    with watching(page, watched, site) as found:
        yield found


def day(at: float) -> str:
    """A day as a date field takes it, in the time zone of this machine, which is the browser's."""
    return time.strftime("%Y-%m-%d", time.localtime(at))


def batches(page) -> list[str]:
    return page.locator("[data-batch]").evaluate_all("all => all.map(each => each.dataset.batch)")


def why(shown, run: str) -> str:
    shown.go(f"runs/{run}")
    return shown.text(".why-box")


def test_a_long_path_is_named_by_its_last_parts_and_whole_in_its_title(shown):
    shown.go("runs")
    name = shown.page.locator(f"[data-batch={PATHS}] .main span")
    assert name.inner_text() == SHORT_PATH
    assert name.get_attribute("title") == LONG_PATH


def test_a_long_path_is_short_at_the_head_and_on_the_way_to_a_conversation(shown):
    shown.go(f"batches/{PATHS}")
    assert shown.text("h1") == SHORT_PATH
    shown.go(f"runs/{LONG_RUN}")
    assert SHORT_PATH in shown.text(".crumbs")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("orders", "orders"),
        ("tests/orders.yaml", "tests/orders.yaml"),
        ("/home/somebody/projects/desk/tests/orders.yaml", "…/tests/orders.yaml"),
        (r"C:\Users\somebody\projects\desk\tests\orders.yaml", "…/tests/orders.yaml"),
        ("somebody/projects/desk/tests/scenarios/orders.yaml, tone", "…/scenarios/orders.yaml, tone"),
        ("late / early / lost parcels of all customers", "late / early / lost parcels of all customers"),
    ],
)
def test_what_is_taken_for_a_long_path(shown, name, short):
    shown.go("nowhere")
    found = shown.page.evaluate(
        "async (name) => (await import('/static/app/format.js')).shortName(name)", name
    )
    assert found == short


def test_runs_since_a_day_are_shown_alone(shown):
    page = shown.go("runs")
    page.get_by_label("from").fill(day(NOW))
    page.wait_for_url("**since=*")
    page.locator(f"[data-batch={BEFORE}]").wait_for(state="detached")
    assert AFTER in batches(page)
    assert GREEN not in batches(page)


def test_runs_until_a_day_have_those_of_that_day(shown):
    page = shown.go("runs")
    page.get_by_label("to", exact=True).fill(day(NOW - DAY))
    page.wait_for_url("**until=*")
    page.locator(f"[data-batch={AFTER}]").wait_for(state="detached")
    assert BEFORE in batches(page)


def test_an_address_with_days_shows_them(shown):
    page = shown.go(f"runs?since={NOW}&until={NOW + DAY}")
    assert page.get_by_label("from").input_value() == day(NOW)
    assert page.get_by_label("to", exact=True).input_value() == day(NOW + DAY)
    page.get_by_label("to", exact=True).fill("")
    page.wait_for_url(f"**/runs?since={NOW}")


def test_two_runs_that_are_compared_have_names(shown):
    page = shown.go(f"compare?a={BEFORE}&b={PATHS}")
    page.locator(".side").first.wait_for()
    sides = page.locator(".side").all_inner_texts()
    assert "orders" in sides[0]
    assert "main a1b2c3d4" in sides[0]
    assert SHORT_PATH in sides[1]
    assert "scenariobatch" not in "".join(sides)


def test_a_run_that_was_asked_for_by_a_word_has_it(shown):
    page = shown.go(f"compare?a=last-green&b={AFTER}")
    page.locator(f".side a[title={GREEN}]").wait_for()
    assert "last-green" in page.locator(".side").first.inner_text()


def test_a_failed_run_says_what_why_and_where(shown):
    told = why(shown, FAILED_RUN)
    assert told.startswith("Failed. 1 of 2 criteria not met.")
    assert "The agent stays polite: It insults the customer." in told
    assert "No. Stop asking me, you people" in told
    shown.page.locator(".why-box").get_by_text("see message #5").click()
    shown.page.locator("#m5.current").wait_for()


def test_why_a_run_failed_is_seen_without_scrolling_on_a_phone(shown):
    shown.page.set_viewport_size(PHONE)
    shown.go(f"runs/{FAILED_RUN}")
    box = shown.page.locator(".why-box li").bounding_box()
    assert box["y"] + box["height"] < PHONE["height"]


def test_a_failed_run_says_how_to_play_it_again_and_copies_it(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert "Play it again:\nscenario run -k 'late parcel' --seed 1001" in why(shown, BROKEN_RUN)
    shown.page.locator(".why-box").get_by_role("button", name="Copy").click()
    shown.page.get_by_role("button", name="Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied == "scenario run -k 'late parcel' --seed 1001"
    assert shown.page.locator("aside").get_by_text("Play it again").count() == 0


def test_an_error_names_the_message_before_it(shown):
    told = why(shown, BROKEN_RUN)
    assert told.startswith("Ended with an error.")
    assert "[DeskAgent] 'A-1001'" in told
    assert "see message #0" in told


def test_a_checkpoint_that_was_not_passed_is_what_failed(shown):
    told = why(shown, CHECKED_RUN)
    assert "It promised the refund before it looked anything up." in told
    assert "It is friendly." not in told


@pytest.mark.parametrize(
    ("run", "words"),
    [(CUT_RUN, "Interrupted. Its process ended"), (CANCELLED_RUN, "Cancelled. Somebody or something")],
)
def test_a_run_that_did_not_end_is_no_failure(shown, run, words):
    assert why(shown, run).startswith(words)
    assert shown.page.locator(".why-box.idle").count() == 1


def test_a_silent_client_is_stalled_and_nobody_guesses_who_spoke(shown):
    began = time.time() - DAY
    for told in (wire.started(at=began), wire.snapshot("Anybody?", "Yes.", at=began + 1)):
        shown.site.send("api/scenario-events", told)
    shown.go(f"runs/{wire.RUN}")
    shown.page.locator("#m1").wait_for()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(silence, shown.site.sink.place.path).result()
    assert why(shown, wire.RUN).startswith("Stalled. Its client has told nothing")
    assert "scripted" not in shown.text(".conversation")


def test_a_review_opens_at_the_verdict_of_its_address(shown):
    page = shown.go(f"review?batch={NIGHTLY}&run=scenariorun_n_many28&criterion=The%20agent%20stays%20polite")
    page.locator(".one").wait_for()
    assert "It insults the customer." in shown.text(".one")
    assert "trial 28" in shown.text(".verdicts [aria-current]")


def test_a_batch_says_why_trials_do_not_pass(shown):
    page = shown.go(f"batches/{CRASHED}")
    assert "[DeskAgent] 'A-1001'" in page.locator("[data-row]", has_text="late parcel").inner_text()
    shown.go(f"batches/{AFTER}")
    row = page.locator("[data-row]", has_text="angry customer").inner_text()
    assert "simulator's fault: The simulated user spoke as the assistant" in row


def test_rarer_signs_are_explained(shown):
    shown.go(f"batches/{CRASHED}")
    assert shown.text(".legend").split("\n") == [
        "! ended with an error",
        "\N{EN DASH} interrupted",
        "⊘ cancelled",
    ]
    shown.go(f"batches/{GREEN}")
    assert shown.page.locator(".legend").count() == 0


def test_a_batch_that_was_interrupted_says_so_at_its_head(shown):
    shown.go(f"batches/{CRASHED}")
    assert "interrupted" in shown.text("h1")
    assert "1 cancelled" in shown.text(".facts")


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("runs/nothing", "There is no such conversation"),
        ("batches/nothing", "There is no such run"),
        (f"batches/{AFTER}/scenarios/nothing", "There is no such scenario"),
        (f"compare?a=nothing&b={AFTER}", "There is no such run to compare with"),
        ("review?batch=nothing", "There is no such run"),
    ],
)
def test_what_is_not_there_leads_back_to_the_runs(page, site, address, title):
    page.goto(f"{site.url}#/{address}")
    page.locator(".empty h2", has_text=title).wait_for()
    page.locator(".empty a", has_text="See all runs").click()
    page.locator(f"[data-batch={AFTER}]").wait_for()


def test_what_is_not_there_is_told_in_the_words_of_the_page(page, site):
    page.goto(f"{site.url}#/batches/nothing")
    told = page.locator(".empty").inner_text()
    assert "There is no such run" in told
    assert "batch" not in told


@pytest.mark.parametrize("width", [1280, 1200, 1000, 800, 700])
def test_the_trials_of_a_run_stand_in_two_lines_at_most_however_many_faults_there_are(shown, width):
    shown.page.set_viewport_size({"width": width, "height": 844})
    page = shown.go("runs")
    page.locator("[data-batch]").first.wait_for()
    lines = page.locator("td[data-label=trials]").evaluate_all(
        "all => all.map(each => [...each.querySelectorAll('.tally')].reduce((sum, one) =>"
        " sum + one.clientHeight / parseFloat(getComputedStyle(one).lineHeight), 0))"
    )
    assert max(lines) < 2.5
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_many_kinds_of_faults_are_counted_together_and_named_apart(shown):
    shown.go("nowhere")
    batch = {
        "faults": {"simulator": 1, "judge": 0, "infrastructure": 20},
        "cancelled": 1,
        "stalled": 0,
        "interrupted": 2,
    }
    found = shown.page.evaluate(
        """async (batch) => {
          const { fewer, others } = await import('/static/app/parts/common.js');
          return fewer(others(batch)).map((each) => [each.words, each.all]);
        }""",
        batch,
    )
    assert found == [
        ["21 faults", "1 simulator fault, 20 infrastructure faults"],
        ["3 cut short", "1 cancelled, 2 interrupted"],
    ]


def test_a_message_of_an_attacker_tells_its_technique_and_its_score(shown):
    page = shown.go(f"runs/{ATTACK_RUN}")
    told = page.locator("#m14 .attempt").inner_text()
    assert "attack turn 10" in told
    assert "authority" in told
    assert "10 of 10" in told
    assert page.locator("#m15 .attempt").count() == 0


def test_what_an_attacker_took_back_is_folded(shown):
    page = shown.go(f"runs/{ATTACK_RUN}")
    fold = page.locator(".rollback").first
    assert fold.locator("summary").inner_text() == "Taken back: attack turn 3, refused, score 0 of 10"
    assert not fold.locator(".message").first.is_visible()
    fold.locator("summary").click()
    assert "refusal suppression" in fold.locator(".attempt").first.inner_text()


def test_the_attack_is_told_as_a_whole(shown):
    page = shown.go(f"runs/{ATTACK_RUN}")
    panel = page.locator(".panel.attack")
    assert "achieved" in panel.inner_text()
    assert "10 of 12 turns, 2 taken back after a refusal, furthest 10 of 10" in panel.inner_text()
    panel.get_by_role("link", name="10", exact=True).click()
    page.locator("#m14.current").wait_for()
    shown.go(f"runs/{FAILED_RUN}")
    assert shown.page.locator(".panel.attack").count() == 0


def test_what_is_chosen_stands_below_the_head_of_the_page_on_a_phone(shown):
    shown.page.set_viewport_size(PHONE)
    page = shown.go("runs")
    for batch in (AFTER, BEFORE):
        page.locator(f"[data-batch={batch}] input").check()
    page.mouse.wheel(0, 400)
    page.wait_for_function("window.scrollY > 200")
    head, bar = page.locator("header.top").bounding_box(), page.locator(".bar").bounding_box()
    assert bar["y"] >= head["y"] + head["height"]


def test_a_row_that_is_chosen_looks_so_under_the_pointer(shown):
    page = shown.go("runs")
    page.locator(f"[data-batch={AFTER}] input").check()
    page.locator("tr.chosen .when").hover()
    chosen = "getComputedStyle(document.querySelector('tr.chosen')).backgroundColor"
    under = page.evaluate(chosen)
    page.locator("h1").hover()
    assert page.evaluate(chosen) == under


@pytest.mark.parametrize(
    "address",
    [
        "runs",
        "search?q=parcel",
        f"batches/{CRASHED}",
        f"batches/{NIGHTLY}",
        f"batches/{PATHS}",
        f"runs/{LONG_RUN}",
        f"runs/{ATTACK_RUN}",
        f"runs/{BROKEN_RUN}",
        f"compare?a={GREEN}&b={AFTER}",
    ],
)
def test_a_screen_fits(shown, address):
    page = shown.go(address)
    for width in (1280, 900, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", [f"runs/{BROKEN_RUN}", f"runs/{CUT_RUN}", f"runs/{ATTACK_RUN}", f"batches/{CRASHED}"]
)
def test_axe_finds_nothing_serious(shown, address, scheme):
    shown.page.emulate_media(color_scheme=scheme)
    page = shown.go(address)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document)")["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
