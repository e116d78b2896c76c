import sqlite3
from contextlib import closing

import pytest

from scenario.demo.shop import (
    SEED,
    AlreadyRefundedError,
    AlreadySentError,
    NoSuchOrderError,
    Order,
    OrderStatus,
    Refund,
    Ticket,
    money,
    open_shop,
)


def rows(shop, query):
    with closing(sqlite3.connect(shop.path)) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("order", SEED, ids=lambda order: str(order.id))
def test_a_new_shop_has_the_orders_of_the_seed(shop, order):
    assert shop.find_order(order.id) == order


def test_a_new_shop_has_no_refunds_and_no_tickets(shop):
    assert (shop.refunds(), shop.tickets()) == ([], [])


def test_the_orders_are_in_the_file(shop):
    assert rows(shop, "SELECT item, cents, status FROM orders WHERE id = 1001") == [
        ("a teapot", 2400, "delivered")
    ]


def test_a_shop_is_opened_once(shop):
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        open_shop(shop.path)


def test_an_unknown_order_is_an_error_that_names_it(shop):
    with pytest.raises(NoSuchOrderError, match="no order 7") as caught:
        shop.find_order(7)
    assert caught.value.order == 7


def test_a_refund_is_the_price_of_the_order(shop):
    assert shop.refund(1004) == Refund(1, 1004, 4550)
    assert rows(shop, "SELECT id, order_id, cents FROM refunds") == [(1, 1004, 4550)]
    assert shop.refunds() == [Refund(1, 1004, 4550)]


def test_an_order_is_refunded_once(shop):
    shop.refund(1001)
    with pytest.raises(AlreadyRefundedError, match="1001 was refunded before") as caught:
        shop.refund(1001)
    assert caught.value.order == 1001
    assert len(shop.refunds()) == 1


def test_an_unknown_order_is_not_refunded(shop):
    with pytest.raises(NoSuchOrderError):
        shop.refund(7)
    assert shop.refunds() == []


def test_an_address_is_changed_for_its_order_only(shop):
    changed = shop.change_address(1002, "5 Orchard Road")
    assert changed == Order(
        1002,
        "Ben",
        "ben@example.com",
        "a pair of headphones",
        8900,
        OrderStatus.PACKING,
        "5 Orchard Road",
    )
    assert rows(shop, "SELECT id FROM orders WHERE address = '5 Orchard Road'") == [(1002,)]


@pytest.mark.parametrize(("order", "status"), [(1001, "delivered"), (1004, "on its way")])
def test_an_address_cannot_be_changed_once_the_parcel_has_left(shop, order, status):
    with pytest.raises(AlreadySentError, match=f"{order} is {status}") as caught:
        shop.change_address(order, "5 Orchard Road")
    assert (caught.value.order, caught.value.status) == (order, OrderStatus(status))
    assert shop.find_order(order).address != "5 Orchard Road"


def test_an_unknown_order_gets_no_address(shop):
    with pytest.raises(NoSuchOrderError):
        shop.change_address(7, "5 Orchard Road")


def test_a_ticket_may_be_about_an_order_or_none(shop):
    assert shop.open_ticket("Too dear.", 1003) == Ticket(1, 1003, "Too dear.")
    assert shop.open_ticket("Wants a person.") == Ticket(2, None, "Wants a person.")
    assert shop.tickets() == [Ticket(1, 1003, "Too dear."), Ticket(2, None, "Wants a person.")]
    assert rows(shop, "SELECT order_id FROM tickets") == [(1003,), (None,)]


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (5, "0.05"), (2400, "24.00"), (34_999, "349.99")])
def test_money_has_two_decimals(cents, text):
    assert money(cents) == text
