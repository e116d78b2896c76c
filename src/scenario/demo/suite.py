"""The demo's scenarios as a suite, for `run_suite` and ``scenario run``; and what `demo.scenario.yaml` needs of Python.

Each trial has a shop of its own, which is removed when the trial is over.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryDirectory

import scenario
from scenario.demo.agent import SupportDesk
from scenario.demo.scenarios import SCENARIOS, DemoScenario, as_expected
from scenario.demo.shop import Shop, open_shop
from scenario.suite import Cast, Scenario, Suite

_shop: ContextVar[Shop] = ContextVar("demo_shop")
"""The shop of the trial that this code takes part in."""


def _casting(chosen: DemoScenario) -> Callable[[], Generator[Cast]]:
    """What makes the cast of a trial."""

    def cast() -> Generator[Cast]:
        with _opened() as shop:
            made = chosen.cast(SupportDesk(shop))
            yield Cast(made.agents, made.script)

    return cast


SUITE = Suite(
    [
        Scenario(
            name=each.name,
            description=each.description,
            agents=_casting(each),
            max_turns=8,
            set_id="demo",
            content=each.name,
        )
        for each in SCENARIOS
    ],
    name="demo",
)
"""All scenarios of the demo, in the order in which they are shown."""


def desk() -> Generator[SupportDesk]:
    """A desk with a shop of its own, for one trial."""
    with _opened() as shop:
        yield SupportDesk(shop)


def refunds_are(state: scenario.ScenarioState, cents: Mapping[str, int]) -> bool:
    """Whether money was given back for these orders and for no others."""
    del state
    found = {str(refund.order): refund.cents for refund in _shop.get().refunds()}
    return as_expected(found, dict(cents))


def tickets_are(state: scenario.ScenarioState, orders: list[int]) -> bool:
    """Whether there are tickets about these orders and no others."""
    del state
    return as_expected([ticket.order for ticket in _shop.get().tickets()], orders)


def order_goes_to(state: scenario.ScenarioState, order: int, address: str) -> bool:
    """Whether an order's parcel goes there."""
    del state
    return as_expected(_shop.get().find_order(order).address, address)


@contextmanager
def _opened() -> Generator[Shop]:
    with TemporaryDirectory(prefix="scenario-demo-", ignore_cleanup_errors=True) as folder:
        shop = open_shop(Path(folder, "shop.db"))
        _shop.set(shop)
        yield shop
