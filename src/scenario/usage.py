"""What calls of language models used: tokens, and US dollars where the price is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Usage:
    """What one call of a language model used, or several together: usages can be added.

    Attributes:
        calls: How many calls.
        input_tokens: Tokens of the requests, those read from a provider's cache among them.
        output_tokens: Tokens of the replies, those of hidden reasoning among them.
        cached_tokens: The part of the input tokens that came from a provider's cache.
        reasoning_tokens: The part of the output tokens that was hidden reasoning.
        cost: US dollars, of the calls whose price is known.
        unpriced_calls: The calls whose price is not known.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float = 0.0
    unpriced_calls: int = 0

    @property
    def total_tokens(self) -> int:
        """Input and output tokens."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        """What both used."""
        if other is NO_USAGE:
            return self
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.cost + other.cost,
            self.unpriced_calls + other.unpriced_calls,
        )

    def __bool__(self) -> bool:
        """Whether there was a call at all."""
        return self.calls > 0

    def __str__(self) -> str:
        """The usage in words, such as ``2 calls, 310 + 45 tokens, $0.0012``."""
        calls = f"{self.calls} call" if self.calls == 1 else f"{self.calls} calls"
        tokens = f"{self.input_tokens:,} + {self.output_tokens:,} tokens"
        if not self.calls:
            return "no calls"
        if self.unpriced_calls == self.calls:
            return f"{calls}, {tokens}, price unknown"
        unknown = f" and {self.unpriced_calls} of unknown price" if self.unpriced_calls else ""
        return f"{calls}, {tokens}, ${self.cost:.4f}{unknown}"


NO_USAGE: Final = Usage()
"""That of nobody who called a model."""


@dataclass(frozen=True)
class RunUsage:
    """What a run used, by the role of those who called a model.

    Attributes:
        agent: The agent under test, as far as its adapter reports it.
        user: The simulated user, or the attacker.
        judge: The judge.
    """

    agent: Usage = NO_USAGE
    user: Usage = NO_USAGE
    judge: Usage = NO_USAGE

    @property
    def total(self) -> Usage:
        """All of it."""
        return self.agent + self.user + self.judge

    def __bool__(self) -> bool:
        """Whether anybody called a model."""
        return bool(self.agent or self.user or self.judge)


UNUSED: Final = RunUsage()
"""That of a run in which nobody called a model."""


@dataclass(frozen=True)
class ModelCall:
    """One call of a language model, as it is reported.

    Attributes:
        model: The model, as the provider names it.
        provider: Who answered, such as ``openai``; empty when nobody said.
        usage: What it used.
        seconds: How long it took, retries included.
        attempts: How often it was tried.
        request_id: The provider's id of the request, for its support.
        error: What went wrong, if it failed.
    """

    model: str
    provider: str = ""
    usage: Usage = NO_USAGE
    seconds: float = 0.0
    attempts: int = 1
    request_id: str | None = None
    error: str | None = None
