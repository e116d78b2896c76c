"""What a whole run may use, and what it has used. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from scenario.errors import ConfigError
from scenario.usage import Usage


@dataclass(frozen=True)
class Spent:
    """What a run has used so far.

    Attributes:
        usage: Tokens, calls and US dollars of all players and all attempts.
        seconds: Wall time.
    """

    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    def plus(self, usage: Usage) -> Spent:
        """What it is after somebody used more."""
        return Spent(self.usage + usage, self.seconds)


@dataclass(frozen=True)
class Budget:
    """What a whole run may use. It ends once one of these is reached; None is no limit.

    Attributes:
        usd: US dollars, counted for the calls whose price is known.
        tokens: Tokens, input and output.
        calls: Calls of language models.
        seconds: Wall time.

    Raises:
        ConfigError: A limit is not above 0.
    """

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that nothing could keep."""
        for name, limit in self.limits():
            if not limit > 0:
                raise ConfigError(
                    f"A budget of {limit!r} {name} allows nothing: give more than 0.", source="budget"
                )

    def limits(self) -> list[tuple[str, float]]:
        """The limits that there are, with their units."""
        all_of_them = [
            ("US dollars", self.usd),
            ("tokens", self.tokens),
            ("calls", self.calls),
            ("seconds", self.seconds),
        ]
        return [(name, limit) for name, limit in all_of_them if limit is not None]

    def reached(self, spent: Spent) -> str | None:
        """Which limit `spent` has reached, in a sentence; None while there is something left."""
        used = {
            "US dollars": spent.usage.cost,
            "tokens": spent.usage.total_tokens,
            "calls": spent.usage.calls,
            "seconds": spent.seconds,
        }
        for name, limit in self.limits():
            if used[name] >= limit:
                return f"The budget of {_amount(limit, name)} is used up: {_amount(used[name], name)}."
        return None

    def __bool__(self) -> bool:
        return bool(self.limits())


def _amount(value: float, name: str) -> str:
    if name == "US dollars":
        return f"${value:.4f}" if value < 1 else f"${value:,.2f}"
    return f"{value:,.1f} s" if name == "seconds" else f"{value:,.0f} {name}"
