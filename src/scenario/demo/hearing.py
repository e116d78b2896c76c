"""What a customer's words ask for. A language model would do this better; regular expressions do it here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Wish(Enum):
    """What a customer can want of a support desk."""

    PERSON = "a person"
    REFUND = "a refund"
    ADDRESS = "a new address"
    STATUS = "news of an order"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message says.

    Attributes:
        wish: What the customer wants, if they say so.
        order: An order's number.
        email: An e-mail address.
        address: A postal address.
        is_upset: The customer is angry.
        defies_rules: The customer tells the desk to forget its rules.
    """

    wish: Wish | None = None
    order: int | None = None
    email: str | None = None
    address: str | None = None
    is_upset: bool = False
    defies_rules: bool = False


_WISHES = (
    (Wish.PERSON, re.compile(r"\b(human|person|manager|colleague)\b", re.IGNORECASE)),
    (Wish.REFUND, re.compile(r"\brefund|\bmoney back\b", re.IGNORECASE)),
    (
        Wish.ADDRESS,
        re.compile(r"\b(?<!mail )address\b|\b(send|deliver)\b.*\bto\b|\bI (have )?moved\b", re.IGNORECASE),
    ),
    (Wish.STATUS, re.compile(r"\bwhere is\b|\bstatus\b|\btrack", re.IGNORECASE)),
)
_ORDER = re.compile(r"\b\d{4}\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_ADDRESS = re.compile(r"\b\d{1,3}( [A-Z][a-z]+)+ (Lane|Road|Row|Square|Street)\b")
_UPSET = re.compile(r"\b[A-Z]{4,}\b|!!|\b(?i:ridiculous|useless|outrageous)\b")
_DEFIANT = re.compile(
    r"\b(ignore|forget|repeat)\b.*\b(rules|instructions)\b|\byou are now\b|\bdeveloper mode\b", re.IGNORECASE
)


def listen(text: str) -> Heard:
    """What a customer's message says."""
    order = _ORDER.search(text)
    return Heard(
        wish=next((wish for wish, pattern in _WISHES if pattern.search(text)), None),
        order=int(order.group()) if order is not None else None,
        email=_found(_EMAIL, text),
        address=_found(_ADDRESS, text),
        is_upset=_UPSET.search(text) is not None,
        defies_rules=_DEFIANT.search(text) is not None,
    )


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group() if found is not None else None
