"""A support desk for a small shop, and the conversations that test it. Play them with ``scenario demo``.

It shows the library at work without a model, a key or a network, and is meant to be read and copied from:

- `shop`: the shop's SQLite database, with the tools that the desk calls.
- `hearing`: what a customer's words ask for, by regular expressions.
- `agent`: the agent under test, a `scenario.AgentAdapter`.
- `scenarios`: the conversations, each with a scripted user and its checks.
- `play`: plays them side by side.
- `report`: says what came of it.
- `show`: all of this as a person sees it, for ``scenario demo``.
- `suite`: the same conversations for ``scenario run``.

One fault is planted in the agent on purpose, in `SupportDesk.take_note`: a customer who was identified for one
order counts as identified for every other order, too. Each message by itself looks right, and so do the
conversations about a single order; the scenario ``somebody else's parcel`` finds it.
"""
