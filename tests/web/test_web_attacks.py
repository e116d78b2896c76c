"""What the page tells of an attack: as a real attacker's run stores it, and in forms that are not known."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

import scenario
from red_team.toys import DESCRIPTION, TARGET, gives_in_to_role_play, model, target
from scenario.red_team import attack
from scenario.store import runs, schema
from scenario.store.sink import close_sinks
from web.test_web_schemas import closed


@pytest.fixture
def attacked(serve, tmp_path, monkeypatch):
    """A page over a run of an attacker that was refused once, and then got what it wanted."""
    monkeypatch.setenv("SCENARIO_STORE", str(tmp_path / "runs.db"))
    page = serve(tmp_path / "runs.db")

    async def play():
        attacker = scenario.RedTeamAgent.goat(target=TARGET, total_turns=6, model=model())
        await attack(attacker, [target(gives_in_to_role_play)], DESCRIPTION, verbose=False)
        close_sinks()
        (found,) = runs(page.store)
        return page, found.id

    return play


async def test_an_attack_is_told_with_its_techniques_and_scores(attacked):
    page, run = await attacked()
    found = page.get(f"/runs/{run}")
    told = found["attack"]

    assert (told["strategy"], told["status"], told["furthest"], told["backtracks"]) == (
        "goat",
        "failed",
        10,
        1,
    )
    assert [(each["techniques"], each["score"]) for each in told["attempts"]] == [
        (["persona"], 0),
        (["role_play"], 10),
        (["role_play"], 10),
    ]
    assert [each["taken_back"] for each in told["attempts"]] == ["refused", None, None]
    assert not list(closed("RunPage").iter_errors(found))


async def test_each_attempt_names_its_message_though_two_say_the_same(attacked):
    page, run = await attacked()
    found = page.get(f"/runs/{run}")
    asked = [each["number"] for each in found["messages"] if each["role"] == "user"]

    assert [each["message"] for each in found["attack"]["attempts"]] == [
        found["removed"][0]["number"],
        *asked,
    ]


@pytest.mark.parametrize("stored", [None, 7, {}, {"goal": "of another version"}])
async def test_a_report_of_another_form_is_left_out(attacked, stored):
    page, run = await attacked()
    fact = schema.fact
    row = (fact.c.run_id == run) & (fact.c.kind == "Concluded")
    with page.store.writing() as connection:
        data = json.loads(connection.scalars(select(fact.c.data).where(row)).one())
        data["result"]["attack"] = stored
        connection.execute(update(fact).where(row).values(data=json.dumps(data)))

    assert page.get(f"/runs/{run}")["attack"] is None


def test_a_run_without_an_attacker_has_no_attack(page):
    assert page.get("/runs/scenariorun_failed")["attack"] is None
