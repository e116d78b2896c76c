"""What the doctor finds, as values, and what is wrong with it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from scenario._redaction import redactor


@dataclass(frozen=True)
class Setting:
    """A setting as it holds.

    Attributes:
        name: The setting.
        value: Its value as text, without secrets.
        source: Who says so: ``scenario.configure``, a variable, a file, or ``default``.
    """

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Key:
    """The key of a provider.

    Attributes:
        provider: The provider.
        variables: The environment variables that may hold it.
        found_in: The one that does, or None.
    """

    provider: str
    variables: tuple[str, ...]
    found_in: str | None


@dataclass(frozen=True)
class Server:
    """A local server that speaks OpenAI's protocol, or its usual place.

    Attributes:
        provider: The provider's name before the slash of a model's name.
        address: Where it was looked for.
        models: What it offers; None when nobody answers there.
        trouble: What it answered, if that was no list of models.
    """

    provider: str
    address: str
    models: tuple[str, ...] | None
    trouble: str = ""


@dataclass(frozen=True)
class Extra:
    """An optional dependency.

    Attributes:
        name: The extra, as in ``pip install agent-scenario[name]``.
        distribution: What it installs.
        version: The version that is there, or None.
    """

    name: str
    distribution: str
    version: str | None


@dataclass(frozen=True)
class Call:
    """A test call of a model.

    Attributes:
        model: The model.
        error: Why it failed; None when it did not.
        reply: The beginning of what it said.
        seconds: How long it took.
        usage: What it used, in words, with the cost in US dollars where it is known.
    """

    model: str
    error: str | None
    reply: str = ""
    seconds: float = 0.0
    usage: str = ""


@dataclass(frozen=True)
class Found:
    """A place where the library keeps something.

    Attributes:
        what: What is kept there.
        where: The place; ``off`` where nothing is kept.
    """

    what: str
    where: str


@dataclass(frozen=True)
class Examination:
    """All that was found.

    Attributes:
        version: The library's version.
        python: Python's version and the system.
        settings: The settings.
        model: The default model, or None.
        called_as: What its server calls it; None when it cannot be called, or litellm does so.
        address: Where it is called.
        missing: What is missing to call it; None when nothing is, or there is no such model.
        mistakes: Settings that cannot be used, each as a sentence.
        keys: The keys of providers.
        servers: Local servers.
        extras: Optional dependencies.
        places: Where things are kept.
        call: The test call, if there was one.
    """

    version: str
    python: str
    settings: tuple[Setting, ...]
    model: str | None
    called_as: str | None
    address: str | None
    missing: str | None
    mistakes: tuple[str, ...]
    keys: tuple[Key, ...]
    servers: tuple[Server, ...]
    extras: tuple[Extra, ...]
    places: tuple[Found, ...]
    call: Call | None = None

    def as_data(self) -> dict[str, Any]:
        """It as plain data, with what is wrong, without secrets."""
        return redactor().data({**asdict(self), "problems": problems(self)})


def problems(found: Examination) -> list[str]:
    """What keeps scenarios from being played, as sentences. Pure.

    Args:
        found: What was found.
    """
    told = [*found.mistakes]
    if found.missing is not None:
        told.append(f"The default model cannot be used: {found.missing}")
    name = found.called_as
    server = next((each for each in found.servers if each.address == found.address), None)
    if server is not None:
        if server.models is None:
            told.append(
                f"The default model {found.model} cannot be used: nobody answers at {server.address}. Start the "
                "server, or give its address."
            )
        elif server.models and name not in server.models and f"{name}:latest" not in server.models:
            told.append(
                f"The default model {found.model} cannot be used: the server at {server.address} does not offer "
                f"{name!r}. It offers {', '.join(server.models[:5])}."
            )
    if found.call is not None and found.call.error is not None:
        told.append(f"The test call of {found.call.model} failed: {found.call.error}")
    return told
