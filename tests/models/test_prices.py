"""What calls cost."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from scenario._models.prices import Price, PriceList, matches, price_list
from scenario.models import language_model, register_price

LISTED = json.loads(files("scenario._models").joinpath("prices.json").read_text())


def test_the_list_says_where_it_comes_from():
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", LISTED["taken"])
    assert LISTED["licence"].startswith("MIT")
    assert re.fullmatch(r"[0-9a-f]{64}", LISTED["wheel_sha256"])
    assert all(provider["urls"] for provider in LISTED["providers"].values())


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        ("openai", "gpt-4.1-mini", Price(0.4, 1.6, 0.1)),
        ("openai", "gpt-4.1-mini-2025-04-14", Price(0.4, 1.6, 0.1)),
        ("openai", "gpt-4.1-mini-20250414", Price(0.4, 1.6, 0.1)),
        ("azure", "gpt-4.1", Price(2.0, 8.0, 0.5)),
    ],
)
def test_well_known_models_have_a_price(provider, model, price):
    assert price_list().find(provider, model) == price


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "nobody"), ("custom", "gpt-4.1"), ("deepseek", "deepseek-chat")]
)
def test_what_is_not_known_is_not_guessed(provider, model):
    """The last one's price depends on the time of day."""
    assert price_list().find(provider, model) is None


def test_a_long_request_has_another_price():
    price = price_list().find("gemini", "gemini-2.5-pro")
    assert price.cost(200_000, 0) == pytest.approx(0.25)
    assert price.cost(200_001, 0) == pytest.approx(0.5, rel=1e-4)


def test_cached_tokens_cost_less():
    assert Price(2.0, 8.0, 0.5).cost(1_000_000, 0, 1_000_000) == 0.5
    assert Price(2.0, 8.0).cost(1_000_000, 0, 1_000_000) == 2.0


def test_a_registered_price_goes_before_the_list():
    prices = PriceList(LISTED)
    assert prices.find("openai", "gpt-4.1") == Price(2.0, 8.0, 0.5)
    prices.register("openai/gpt-4.1", Price(1.0, 1.0))
    prices.register("mine", Price(3.0, 3.0))
    assert prices.find("openai", "gpt-4.1") == Price(1.0, 1.0)
    assert prices.find("azure", "gpt-4.1") == Price(2.0, 8.0, 0.5)
    assert prices.find("vllm", "mine") == Price(3.0, 3.0)


@pytest.mark.parametrize(
    ("clause", "fits"),
    [
        ({"equals": "GPT-X"}, True),
        ({"starts_with": "gpt"}, True),
        ({"ends_with": "-x"}, True),
        ({"contains": "t-"}, True),
        ({"regex": "^gpt-.$"}, True),
        ({"or": [{"equals": "a"}, {"equals": "gpt-x"}]}, True),
        ({"and": [{"starts_with": "gpt"}, {"equals": "a"}]}, False),
        ({"sounds_like": "gpt"}, False),
    ],
)
def test_the_clauses_of_the_list(clause, fits):
    assert matches(clause, "gpt-x") is fits


async def test_a_price_of_ones_own_makes_the_cost_known(server, asked):
    model = language_model("openai/mine-alone", api_base=server.base_url)
    assert (await model.complete(asked)).usage.unpriced_calls == 1
    register_price("openai/mine-alone", input=1_000_000.0, output=0.0)
    usage = (await model.complete(asked)).usage
    assert usage.cost == usage.input_tokens


async def test_a_price_among_the_settings_goes_first(server, asked):
    model = language_model("openai/gpt-4.1", api_base=server.base_url, price=Price(0.0, 1_000_000.0))
    usage = (await model.complete(asked)).usage
    assert usage.cost == usage.output_tokens
