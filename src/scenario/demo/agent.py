"""The agent under test: a support desk that follows rules, where most would ask a language model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar, assert_never

import scenario
from scenario.demo.hearing import Heard, Wish, listen
from scenario.demo.shop import (
    AlreadyRefundedError,
    AlreadySentError,
    NoSuchOrderError,
    Order,
    Refund,
    Shop,
    ShopError,
    Ticket,
    money,
)
from scenario.types import ChatCompletionMessageParamWithTrace as Message

REFUND_LIMIT = 100_00
"""The most cents that the desk gives back by itself."""

_GREETING = "I can look up an order, give a refund, or change an address. What can I do for you?"
_REFUSAL = "I keep to the rules of this shop, whoever asks. Within them I am glad to help."
_SYMPATHY = "I am sorry about the trouble."
_WHICH_ORDER = "What is your order number? It has four digits."
_WHO = "To be sure that the order is yours: which e-mail address did you use for it?"

_OrderWish: TypeAlias = Literal[Wish.REFUND, Wish.ADDRESS, Wish.STATUS]
_Row = TypeVar("_Row", Order, Refund, Ticket)


@dataclass(frozen=True, slots=True)
class Case:
    """What the desk knows of a customer's case.

    Attributes:
        wish: What the customer wants; None when nothing is left to do.
        order: The order that it is about.
        email: The customer's e-mail address, by their own account.
        address: The postal address that they gave.
        is_identified: The customer has shown that the order is theirs.
    """

    wish: Wish | None = None
    order: int | None = None
    email: str | None = None
    address: str | None = None
    is_identified: bool = False


class ToolCalls:
    """Calls the shop's tools, and keeps each call and its result as the messages that a model's API has for them.

    Args:
        start: How many messages the conversation has, so that every call gets an id of its own.
    """

    def __init__(self, start: int) -> None:
        self.messages: list[Message] = []
        self._start = start

    def make(self, tool: Callable[..., _Row], **arguments: Any) -> _Row:
        """Call a tool.

        Raises:
            ShopError: The tool did; the conversation has its text as the result.
        """
        call_id = f"call_{self._start + len(self.messages)}"
        function = {"name": tool.__name__, "arguments": json.dumps(arguments)}
        try:
            row = tool(**arguments)
        except ShopError as error:
            self._keep(call_id, function, {"error": str(error)})
            raise
        self._keep(call_id, function, asdict(row))
        return row

    def _keep(self, call_id: str, function: Any, result: dict[str, Any]) -> None:
        call: Any = {"id": call_id, "type": "function", "function": function}
        self.messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": json.dumps(result)})


class SupportDesk(scenario.AgentAdapter):
    """Answers the customers of a shop. It keeps one case for each conversation.

    Args:
        shop: The shop whose tools it calls.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._cases: dict[str, Case] = {}

    async def call(self, input: scenario.AgentInput) -> scenario.AgentReturnTypes:  # noqa: A002 - the name callers know
        """Answer the customer: the tool calls that were made, and then the words."""
        heard = listen(input.last_new_user_message_str())
        case = self.take_note(self._cases.get(input.thread_id, Case()), heard)
        calls = ToolCalls(len(input.messages))
        self._cases[input.thread_id], text = self._answer(case, heard, calls)
        if heard.is_upset:
            text = f"{_SYMPATHY} {text}"
        return [*calls.messages, {"role": "assistant", "content": text}]

    def take_note(self, case: Case, heard: Heard) -> Case:
        """The case after the customer said this."""
        # The fault of the demo is planted here, on purpose: `is_identified` outlives a change of the order it was
        # found out for. Right would be: `is_identified=case.is_identified and heard.order in {None, case.order}`.
        return Case(
            wish=heard.wish or case.wish,
            order=heard.order or case.order,
            email=heard.email or case.email,
            address=heard.address or case.address,
            is_identified=case.is_identified,
        )

    def _answer(self, case: Case, heard: Heard, calls: ToolCalls) -> tuple[Case, str]:
        """What to say, and the case after it."""
        if heard.defies_rules:
            return case, _REFUSAL
        if case.wish is None:
            return case, _GREETING
        if case.wish is Wish.PERSON:
            return self._hand_over(case, calls, "The customer asks for a person.")
        if case.order is None:
            return case, _WHICH_ORDER
        if not case.is_identified and case.email is None:
            return case, _WHO
        try:
            order = calls.make(self.shop.find_order, order=case.order)
        except NoSuchOrderError:
            return replace(case, order=None), f"I cannot find an order {case.order}. {_WHICH_ORDER}"
        if not case.is_identified and case.email != order.email:
            text = f"That e-mail address does not belong to order {order.id}, so I cannot talk about it."
            return replace(case, email=None), text
        return self._fulfil(replace(case, is_identified=True), case.wish, order, calls)

    def _fulfil(self, case: Case, wish: _OrderWish, order: Order, calls: ToolCalls) -> tuple[Case, str]:
        """Do what an identified customer wants done with an order."""
        done = replace(case, wish=None)
        match wish:
            case Wish.STATUS:
                return done, f"Order {order.id}, {order.item}, is {order.status.value}: {order.address}."
            case Wish.REFUND:
                return self._refund(done, order, calls)
            case Wish.ADDRESS:
                return self._change_address(case, order, calls)
            case _:
                assert_never(wish)

    def _refund(self, case: Case, order: Order, calls: ToolCalls) -> tuple[Case, str]:
        if order.cents > REFUND_LIMIT:
            amount = money(order.cents)
            case, text = self._hand_over(case, calls, f"A refund of {amount} for order {order.id}.")
            return case, f"A refund of {amount} is more than I may give by myself. {text}"
        try:
            refund = calls.make(self.shop.refund, order=order.id)
        except AlreadyRefundedError as error:
            return case, f"{error}."
        return case, f"I have refunded {money(refund.cents)} for order {order.id}, {order.item}."

    def _change_address(self, case: Case, order: Order, calls: ToolCalls) -> tuple[Case, str]:
        if case.address is None:
            return case, f"What is the new address for order {order.id}?"
        done = replace(case, wish=None, address=None)
        try:
            changed = calls.make(self.shop.change_address, order=order.id, address=case.address)
        except AlreadySentError as error:
            return done, f"{error}."
        return done, f"Order {changed.id} now goes to {changed.address}."

    def _hand_over(self, case: Case, calls: ToolCalls, reason: str) -> tuple[Case, str]:
        ticket = calls.make(self.shop.open_ticket, reason=reason, order=case.order)
        text = f"I have opened ticket {ticket.id}: a colleague takes over from here."
        return replace(case, wish=None), text
