"""A small shop's database: orders, refunds and tickets in a SQLite file, and what a support desk does with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from enum import Enum
from pathlib import Path

_SCHEMA = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer TEXT NOT NULL,
    email TEXT NOT NULL,
    item TEXT NOT NULL,
    cents INTEGER NOT NULL,
    status TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    cents INTEGER NOT NULL
);
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    order_id INTEGER,
    reason TEXT NOT NULL
);
"""


class OrderStatus(str, Enum):
    """Where an order is."""

    PACKING = "being packed"
    SHIPPED = "on its way"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Order:
    """An order. `cents` is its price."""

    id: int
    customer: str
    email: str
    item: str
    cents: int
    status: OrderStatus
    address: str


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that was given back for an order."""

    id: int
    order: int
    cents: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A note for a colleague; `order` is what the customer called their order, if anything."""

    id: int
    order: int | None
    reason: str


class ShopError(Exception):
    """The shop cannot do this."""


class NoSuchOrderError(ShopError):
    """There is no order with this number."""

    def __init__(self, order: int) -> None:
        super().__init__(f"There is no order {order}")
        self.order = order


class AlreadyRefundedError(ShopError):
    """The money was given back before."""

    def __init__(self, order: int) -> None:
        super().__init__(f"Order {order} was refunded before")
        self.order = order


class AlreadySentError(ShopError):
    """The parcel has left, so that its address cannot be changed."""

    def __init__(self, order: int, status: OrderStatus) -> None:
        super().__init__(f"Order {order} is {status.value}, so its address cannot be changed")
        self.order = order
        self.status = status


SEED = (
    Order(1001, "Ana", "ana@example.com", "a teapot", 24_00, OrderStatus.DELIVERED, "12 Mill Lane"),
    Order(
        1002, "Ben", "ben@example.com", "a pair of headphones", 89_00, OrderStatus.PACKING, "7 Harbour Row"
    ),
    Order(
        1003,
        "Chloe",
        "chloe@example.com",
        "an espresso machine",
        349_00,
        OrderStatus.DELIVERED,
        "3 Castle Square",
    ),
    Order(1004, "Dina", "dina@example.com", "a desk lamp", 45_50, OrderStatus.SHIPPED, "21 Station Road"),
)
"""The orders of a new shop."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop, by the path of its database. Each method is a transaction, so any thread may call it."""

    path: Path

    def find_order(self, order: int) -> Order:
        """The order with this number.

        Raises:
            NoSuchOrderError: There is none.
        """
        with self._database() as database:
            return _find(database, order)

    def refund(self, order: int) -> Refund:
        """Give the money for an order back.

        Raises:
            NoSuchOrderError: There is no such order.
            AlreadyRefundedError: It was given back before.
        """
        with self._database() as database:
            found = _find(database, order)
            try:
                number = _insert(
                    database, "INSERT INTO refunds (order_id, cents) VALUES (?, ?)", order, found.cents
                )
            except sqlite3.IntegrityError as error:
                raise AlreadyRefundedError(order) from error
            return Refund(number, order, found.cents)

    def change_address(self, order: int, address: str) -> Order:
        """Send an order somewhere else.

        Raises:
            NoSuchOrderError: There is no such order.
            AlreadySentError: Its parcel has left.
        """
        with self._database() as database:
            found = _find(database, order)
            if found.status is not OrderStatus.PACKING:
                raise AlreadySentError(order, found.status)
            database.execute("UPDATE orders SET address = ? WHERE id = ?", (address, order))
            return _find(database, order)

    def open_ticket(self, reason: str, order: int | None = None) -> Ticket:
        """Leave a note for a colleague, about an order or none."""
        with self._database() as database:
            number = _insert(database, "INSERT INTO tickets (order_id, reason) VALUES (?, ?)", order, reason)
            return Ticket(number, order, reason)

    def refunds(self) -> list[Refund]:
        """All refunds, oldest first."""
        with self._database() as database:
            return [Refund(*row) for row in database.execute("SELECT id, order_id, cents FROM refunds")]

    def tickets(self) -> list[Ticket]:
        """All tickets, oldest first."""
        with self._database() as database:
            return [Ticket(*row) for row in database.execute("SELECT id, order_id, reason FROM tickets")]

    @contextmanager
    def _database(self) -> Generator[sqlite3.Connection]:
        """A connection for one transaction."""
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute("PRAGMA foreign_keys = ON")
            yield database


def open_shop(path: Path) -> Shop:
    """A new shop: its database at `path`, with the orders of `SEED`."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", map(astuple, SEED))
    return Shop(path)


def money(cents: int) -> str:
    """An amount in words: ``2400`` is ``24.00``."""
    return f"{cents // 100}.{cents % 100:02d}"


def _find(database: sqlite3.Connection, order: int) -> Order:
    row = database.execute(
        "SELECT id, customer, email, item, cents, status, address FROM orders WHERE id = ?", (order,)
    ).fetchone()
    if row is None:
        raise NoSuchOrderError(order)
    number, customer, email, item, cents, status, address = row
    return Order(number, customer, email, item, cents, OrderStatus(status), address)


def _insert(database: sqlite3.Connection, statement: str, *values: object) -> int:
    """Insert a row; returns its id."""
    return database.execute(statement, values).lastrowid or 0
