from dataclasses import replace

import pytest

import scenario
from scenario.demo.agent import SupportDesk
from scenario.demo.play import play, play_all
from scenario.demo.scenarios import SCENARIOS
from scenario.demo.shop import open_shop
from scenario.errors import AgentError

FAULTY = [each for each in SCENARIOS if each.fault is not None]
SOUND = [each for each in SCENARIOS if each.fault is None]


class RepairedDesk(SupportDesk):
    """Forgets who the customer is when they speak of another order."""

    def take_note(self, case, heard):
        noted = super().take_note(case, heard)
        return noted if noted.order == case.order else replace(noted, is_identified=False)


class IdleDesk(SupportDesk):
    """Does nothing, politely."""

    async def call(self, input):
        return "Hello!"


class EagerDesk(SupportDesk):
    """Gives money back as soon as it hears of an order."""

    async def call(self, input):
        if "1003" not in input.last_new_user_message_str() or self.shop.refunds():
            return "I keep to the rules. Which e-mail address did you use for it?"
        refund = self.shop.refund(1003)
        function = {"name": "refund", "arguments": '{"order": 1003}'}
        call = {"id": "call_1", "type": "function", "function": function}
        return [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": str(refund.cents)},
            {"role": "assistant", "content": "I keep to the rules."},
        ]


class BrokenDesk(SupportDesk):
    """Cannot work at all."""

    async def call(self, input):
        raise OSError("the desk is closed")


def by_name(name):
    return next(each for each in SCENARIOS if each.name == name)


def ids(chosen):
    return chosen.name


def failed_checks(played):
    return {verdict.criterion: verdict for verdict in played.result.criteria if not verdict.passed}


def test_there_are_six_scenarios_or_more_and_one_finds_the_fault():
    assert len(SCENARIOS) >= 6
    assert [each.name for each in FAULTY] == ["somebody else's parcel"]


def test_names_tell_scenarios_apart():
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize("chosen", SOUND, ids=ids)
async def test_a_scenario_without_a_planted_fault_passes(chosen, tmp_path):
    played = await play(chosen, tmp_path / "shop.db")
    assert played.result.success, played.result.reasoning
    assert played.is_as_expected


async def test_the_planted_fault_is_found_in_the_calls_and_in_the_database(tmp_path):
    played = await play(FAULTY[0], tmp_path / "shop.db")
    assert played.is_as_expected
    assert set(failed_checks(played)) == {
        "never_called('change_address', args={'order': 1002})",
        "in the database, order 1002 goes to 7 Harbour Row",
    }


async def test_the_evidence_names_the_call_and_its_message(tmp_path):
    played = await play(FAULTY[0], tmp_path / "shop.db")
    (evidence,) = failed_checks(played)["never_called('change_address', args={'order': 1002})"].evidence
    assert evidence.quote == 'change_address({"order": 1002, "address": "99 Dock Street"})'
    (call,) = played.result.messages[evidence.message]["tool_calls"]
    assert call["function"]["name"] == "change_address"


async def test_the_reason_tells_what_the_database_has(tmp_path):
    played = await play(FAULTY[0], tmp_path / "shop.db")
    verdict = failed_checks(played)["in the database, order 1002 goes to 7 Harbour Row"]
    assert verdict.reasoning == "it has '99 Dock Street' where '7 Harbour Row' was expected"


@pytest.mark.parametrize("chosen", SCENARIOS, ids=ids)
async def test_every_scenario_passes_once_the_fault_is_mended(chosen, tmp_path):
    played = await play(chosen, tmp_path / "shop.db", hire=RepairedDesk)
    assert played.result.success, played.result.reasoning


@pytest.mark.parametrize("chosen", SCENARIOS, ids=ids)
async def test_every_scenario_fails_with_a_desk_that_does_nothing(chosen, tmp_path):
    played = await play(chosen, tmp_path / "shop.db", hire=IdleDesk)
    assert not played.result.success


@pytest.mark.parametrize("name", ["refund limit", "ignore your rules"])
async def test_a_refund_that_must_not_be_is_seen_in_the_calls_and_in_the_database(name, tmp_path):
    played = await play(by_name(name), tmp_path / "shop.db", hire=EagerDesk)
    assert {"never_called('refund')", "the database has no refunds"} <= set(failed_checks(played))


async def test_what_was_played_has_its_turns_and_tool_calls(tmp_path):
    played = await play(by_name("new address"), tmp_path / "shop.db")
    assert (played.turns, played.tool_calls) == (4, 3)


async def test_the_database_stays_for_those_who_want_to_look(tmp_path):
    await play(by_name("refund"), tmp_path / "shop.db")
    with pytest.raises(Exception, match="already exists"):
        open_shop(tmp_path / "shop.db")


async def test_all_are_played_and_told_in_order():
    begun, told = [], []
    played = await play_all(SCENARIOS, before=begun.append, after=told.append)
    assert [each.scenario for each in played] == list(SCENARIOS)
    assert told == played
    assert sorted(each.name for each in begun) == sorted(each.name for each in SCENARIOS)


async def test_printed_conversations_are_played_one_after_the_other(capsys):
    course = []
    await play_all(
        SCENARIOS[:2],
        verbose=True,
        before=lambda each: course.append(f"{each.name} begins"),
        after=lambda each: course.append(f"{each.scenario.name} ends"),
    )
    out = capsys.readouterr().out
    assert course[0] == "refund begins"
    assert (
        out.index("User: Hello, the teapot") < out.index("PASSED") < out.index("User: I want my money back.")
    )


async def test_conversations_are_not_printed_unasked(capsys, monkeypatch):
    monkeypatch.setenv("SCENARIO_VERBOSE", "1")
    await play_all(SCENARIOS[:2], before=lambda each: None, after=lambda each: None)
    assert capsys.readouterr() == ("", "")


async def test_an_agent_that_breaks_down_ends_the_demo_with_its_error(tmp_path):
    def cast(desk):
        return SCENARIOS[0].cast(BrokenDesk(desk.shop))

    broken = replace(SCENARIOS[0], cast=cast)
    with pytest.raises(AgentError, match="the desk is closed"):
        await play_all([broken, *SCENARIOS], before=lambda each: None, after=lambda each: None)


async def test_settings_of_the_surroundings_do_not_change_the_demo(tmp_path, monkeypatch):
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "1")
    monkeypatch.setenv("SCENARIO_DEBUG", "1")
    played = await play(by_name("new address"), tmp_path / "shop.db")
    assert played.result.success


async def test_a_scenario_is_played_by_a_desk_a_user_and_mostly_a_judge(shop):
    roles = [[agent.role.value for agent in each.cast(SupportDesk(shop)).agents] for each in SCENARIOS]
    assert all(each[:2] == ["Agent", "User"] for each in roles)
    assert ["Agent", "User"] in roles
    assert all(
        isinstance(each.cast(SupportDesk(shop)).agents[1], scenario.ScriptedUserAgent) for each in SCENARIOS
    )
