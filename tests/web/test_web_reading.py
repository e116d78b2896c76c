"""What the routes answer that read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenario.analysis import summarise
from scenario.store import StoreSink, runs
from scenario.web.search_views import excerpt
from web.seeded import (
    AFTER,
    BEFORE,
    FAILED_RUN,
    HOSTILE,
    HOSTILE_RUN,
    LIVE,
    MEDIA_RUN,
    POLITE,
    begin_live,
    late_parcel,
    simulator_fault,
)


def test_batches_come_newest_first_with_their_counts(page):
    found = page.get("/batches")["batches"]

    assert [each["id"] for each in found] == [AFTER, BEFORE]
    assert found[0]["faults"] == {"simulator": 1, "judge": 1, "infrastructure": 0}
    assert found[0]["branch"] == "shorter-prompt"
    assert found[0]["interval"]["low"] < found[0]["pass_rate"] < found[0]["interval"]["high"]


def test_the_counts_of_the_list_are_those_of_the_analysis(page):
    for batch in page.get("/batches")["batches"]:
        told = summarise(runs(page.store, batch=batch["id"]))
        assert (batch["passed"], batch["passed"] + batch["failed"]) == (
            told.counts.passed,
            told.counts.trials,
        )
        assert batch["trials"] == told.trials


def test_a_trial_that_was_played_again_counts_once(empty):
    sink = StoreSink(empty.store.place)
    broken = simulator_fault("scenariorun_broken", BEFORE, 100.0, 2)
    again = [late_parcel("scenariorun_again", BEFORE, 200.0, 2, good=True)]
    last = [late_parcel("scenariorun_first", BEFORE, 300.0, 3, good=False)]
    broken.facts[0] = replace(broken.facts[0], name="late parcel")
    twice = late_parcel("scenariorun_twice", BEFORE, 400.0, 3, good=True)
    for story in (broken, *again, *last, twice):
        for fact in story.facts:
            sink.receive(fact)
    sink.close()
    batch = empty.get("/batches")["batches"][0]
    scenario = empty.get(f"/batches/{BEFORE}")["scenarios"][0]

    assert (batch["runs"], batch["trials"], batch["passed"], batch["failed"]) == (4, 2, 2, 0)
    assert batch["faults"]["simulator"] == 0
    assert [run["id"] for run in scenario["runs"] if run["is_retried"]] == [
        "scenariorun_broken",
        "scenariorun_first",
    ]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"branch": "main"}, [BEFORE]),
        ({"q": "SHORTER"}, [AFTER]),
        ({"q": "a1b2c3"}, [BEFORE]),
        ({"result": "failed"}, [AFTER, BEFORE]),
        ({"result": "passed"}, []),
        ({"state": "running"}, []),
        ({"source": "remote"}, []),
        ({"set": "default", "branch": "main"}, [BEFORE]),
    ],
)
def test_the_list_is_filtered(page, filters, ids):
    assert [each["id"] for each in page.get("/batches", **filters)["batches"]] == ids


def test_a_list_goes_on_where_its_cursor_says(page):
    first = page.get("/batches", limit=1)
    second = page.get("/batches", limit=1, cursor=first["next_cursor"])

    assert [each["id"] for each in first["batches"] + second["batches"]] == [AFTER, BEFORE]
    assert second["next_cursor"] is None


def test_a_batch_has_its_scenarios_with_their_runs(page):
    found = page.get(f"/batches/{AFTER}")
    late = next(each for each in found["scenarios"] if each["name"] == "late parcel")

    assert found["progress"]["running"] == 0
    assert {run["verdict"] for run in late["runs"]} == {"passed", "failed"}
    assert [each["criterion"] for each in late["criteria"]][-1] == POLITE
    assert late["is_flaky"]


def test_a_scenario_has_its_curve_its_heat_and_its_history(page):
    found = page.get(f"/batches/{AFTER}/scenarios/late parcel")

    assert found["curve"][0]["all_pass"] == pytest.approx(found["scenario"]["pass_rate"])
    assert len(found["heat"]["cells"][0]) == len(found["heat"]["runs"]) == 6
    assert [each["batch_id"] for each in found["history"]] == [BEFORE, AFTER]


def test_a_name_with_a_slash_is_a_name(page):
    assert page.client.get(f"/api/v1/batches/{AFTER}/scenarios/no/such").status_code == 404
    assert page.get(f"/batches/{AFTER}/scenarios/hostile%20%3Cb%3Etext%3C%2Fb%3E")["scenario"]["trials"] == 1


def test_a_run_has_its_messages_with_the_evidence_on_them(page):
    found = page.get(f"/runs/{FAILED_RUN}")
    marked = [each for each in found["messages"] if each["evidence"]]

    assert [each["evidence"][0]["status"] for each in marked] == ["passed", "failed"]
    assert found["messages"][1]["tool_calls"][0]["name"] == "lookup_order"
    assert found["checkpoints"][0]["after"] == 3
    assert [each["status"] for each in found["criteria"]] == ["passed", "failed"]
    assert found["run"]["usage"]["total"]["calls"] == 5
    assert found["neighbours"]["previous"]


def test_what_was_rolled_back_is_told(page):
    run = page.get(f"/batches/{AFTER}/scenarios/refund after delivery")["scenario"]["runs"][0]
    found = page.get(f"/runs/{run['id']}")

    assert [each["content"] for each in found["removed"]] == ["Refunded, have a nice day!"]
    assert found["rollbacks"][0]["count"] == 1


def test_what_the_simulated_user_did_wrong_is_told(page):
    run = page.get(f"/batches/{AFTER}/scenarios/angry customer")["scenario"]["runs"][0]

    texts = [each["text"] for each in page.get(f"/runs/{run['id']}")["warnings"]]
    assert texts == [
        "A call of gpt-4.1-mini: the reply was empty",
        "The simulated user spoke as the assistant.",
    ]


def test_media_are_whole_and_long_texts_are_shortened(page):
    image = page.get(f"/runs/{MEDIA_RUN}")["messages"][0]["content"][1]["image_url"]["url"]
    long = page.get(f"/runs/{HOSTILE_RUN}")["messages"][2]

    assert image.startswith("data:image/png;base64,")
    assert long["is_shortened"]
    assert len(long["content"]) < 101_000
    assert len(page.get(f"/runs/{HOSTILE_RUN}/raw")["messages"][2]["message"]["content"]) == 200_000


def test_hostile_text_comes_as_text(page):
    answer = page.client.get(f"/api/v1/runs/{HOSTILE_RUN}")

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["messages"][0]["content"] == HOSTILE


def test_two_batches_are_compared(page):
    found = page.get("/compare", a=BEFORE, b=AFTER)
    late = next(each for each in found["scenarios"] if each["name"] == "late parcel")

    assert late["difference"] < 0
    assert late["interval"]["low"] <= late["difference"] <= late["interval"]["high"]
    assert late["before_runs"]
    assert late["after_runs"]
    assert "a photo of the parcel" in found["only_after"]


def test_two_runs_are_laid_side_by_side_by_turn(page):
    found = page.get("/compare/runs", a=FAILED_RUN, b="scenariorun_before_late2")

    assert [each["turn"] for each in found["turns"]] == [0, 1]
    assert [len(each["a"]) for each in found["turns"]] == [4, 2]


def test_a_search_finds_messages_and_stays_in_its_batch(page):
    everywhere = page.get("/search", q="money back")["found"]
    here = page.get("/search", q="money back", batch=BEFORE)["found"]

    assert {each["batch_id"] for each in everywhere} == {AFTER, BEFORE}
    assert {each["batch_id"] for each in here} == {BEFORE}
    assert "money back" in here[0]["text"]


def test_a_hit_names_its_trial_its_batch_and_what_came_of_its_run(page):
    hits = page.get("/search", q="parcel **A-1001**", batch=AFTER)["found"]
    found = next(each for each in hits if each["run_id"] == FAILED_RUN)

    assert len({each["trial"] for each in hits}) == len(hits) == 6
    assert (found["batch_name"], found["trial"]) == ("orders", 6)
    assert (found["state"], found["outcome"], found["fault"]["kind"]) == ("finished", "failed", "agent")


def test_a_hit_is_cut_where_the_words_stand(page):
    found = page.get("/search", q="PARCEL", batch=AFTER)["found"][0]

    assert [each["text"] for each in found["parts"] if each["is_hit"]] == ["parcel"]
    assert "".join(each["text"] for each in found["parts"]) == found["text"]


@pytest.mark.parametrize(
    ("text", "words", "parts"),
    [
        ("a parcel", "parcel", [("a ", False), ("parcel", True)]),
        ("Ab, aB", "ab", [("Ab", True), (", ", False), ("aB", True)]),
        ("\N{PARTY POPPER} (x.", "(x.", [("\N{PARTY POPPER} ", False), ("(x.", True)]),
        ("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE} yes", "yes", [("\u0130 ", False), ("yes", True)]),
        ("nothing of it", "STRASSE", [("nothing of it", False)]),
        ("x" * 200 + "!" + "y" * 200, "!", [("…" + "x" * 120, False), ("!", True), ("y" * 120 + "…", False)]),
    ],
)
def test_what_an_excerpt_shows(text, words, parts):
    assert [(each["text"], each["is_hit"]) for each in excerpt(text, words)] == parts


@pytest.mark.parametrize("path", ["/batches/no", "/runs/no", "/runs/no/raw"])
def test_the_sentence_of_a_404_holds_for_the_interface_and_for_the_page_which_calls_a_batch_a_run(page, path):
    told = page.client.get(f"/api/v1{path}").json()["error"]

    assert told == "Nothing is stored under 'no'. It may have been removed."


@pytest.mark.parametrize(
    "path",
    ["/batches/no", "/runs/no", "/runs/no/raw", "/compare?a=no&b=no", "/compare/runs?a=no&b=no", "/nothing"],
)
def test_what_is_not_there_is_a_404_with_a_sentence(page, path):
    answer = page.client.get(f"/api/v1{path}")

    assert answer.status_code == 404
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "since=x", "state=odd", "cursor=x", "limit=9" + "9" * 30]
)
def test_what_cannot_be_understood_is_a_400(page, query):
    assert page.client.get(f"/api/v1/batches?{query}").status_code == 400


def test_a_batch_is_removed(own):
    assert own.client.delete(f"/api/v1/batches/{BEFORE}").json()["removed"] == 12
    assert [each["id"] for each in own.get("/batches")["batches"]] == [AFTER]
    assert own.client.delete(f"/api/v1/batches/{BEFORE}").status_code == 404
    assert own.get("/changes", since=0)["removed"]


def test_a_batch_that_goes_on_is_running_and_told_so(own):
    sink = StoreSink(own.store.place)
    begin_live(sink)
    sink.flush().result(10)
    found = own.get(f"/batches/{LIVE}")

    assert found["batch"]["state"] == "running"
    assert found["progress"] == {"planned": 5, "ended": 1, "running": 1}
    sink.close()


def test_the_page_is_served_and_nothing_else_of_the_disk(page):
    assert page.client.get("/").headers["content-type"].startswith("text/html")
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/..%2f..%2fapp.py",
    ):
        answer = page.client.get(path)
        assert (answer.status_code, "import" in answer.text) in {(404, False), (303, False)}


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/batches", "./#/batches"),
        ("/batches/scenariobatch_1", "../#/batches/scenariobatch_1"),
        ("/batches/a%20b/scenarios/c", "../../../#/batches/a%20b/scenarios/c"),
    ],
)
def test_the_address_that_a_client_prints_leads_to_the_screen(page, path, way):
    answer = page.client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, way)


def test_a_file_that_the_browser_has_is_not_sent_again(page):
    tag = page.client.get("/").headers["etag"]

    assert page.client.get("/", headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize(
    "text", ["%ED%A0%80", "%FF", "%00", "%E2%80%AE", "..%2f..%2fetc%2fpasswd", "%25", "%0D%0Ax:y"]
)
def test_odd_addresses_break_nothing(page, text):
    for path in (f"/api/v1/runs/{text}", f"/api/v1/batches/{text}/scenarios/{text}", f"/static/{text}"):
        assert page.client.get(path).status_code == 404
    assert page.client.get(f"/{text}").status_code in {200, 303, 404}
    assert page.client.get(f"/api/v1/search?q={text}").status_code in {200, 400}
    assert page.client.delete(f"/api/scenario-events?batchRunId={text}").status_code == 200
