"""Looking at what there is: settings, keys, servers on loopback, extras, places; and a test call."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any, Final, cast
from urllib.parse import urlsplit

from scenario._models.providers import PROVIDERS, Endpoint, Provider, find, unknown
from scenario._models.settings import Settings
from scenario._redaction import bare_address, redactor
from scenario.config import ModelConfig, ScenarioConfig
from scenario.config.sources import SETTINGS, from_environment, from_pyproject
from scenario.doctor.findings import Call, Examination, Extra, Found, Key, Server, Setting
from scenario.errors import ConfigError, ScenarioError

_DISTRIBUTION: Final = "agent-scenario"
_PATIENCE: Final = 1.0
_MOST_NAMES: Final = 50


def examine(environment: Mapping[str, str] = os.environ) -> Examination:
    """Look at what there is. Nobody but servers on loopback is asked.

    Args:
        environment: The environment variables.
    """
    settings, values, mistakes = _settings(environment)
    model = values.get("default_model") or None
    endpoint, missing = (None, None) if model is None else _endpoint(model, environment)
    addresses = _local_addresses(environment)
    if endpoint is not None and _is_here(endpoint.base_url):
        addresses.setdefault(endpoint.base_url, endpoint.provider)
    return Examination(
        version=metadata.version(_DISTRIBUTION),
        python=f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        settings=settings,
        model=model.model if isinstance(model, ModelConfig) else model,
        called_as=None if endpoint is None else endpoint.model,
        address=None if endpoint is None else bare_address(endpoint.base_url),
        missing=missing,
        mistakes=mistakes,
        keys=tuple(_key(provider, environment) for provider in PROVIDERS if provider.needs_key),
        servers=tuple(asyncio.run(_servers(addresses))),
        extras=tuple(_extras()),
        places=tuple(_places(values)),
    )


def call(found: Examination, model: str = "") -> Examination:
    """Make a test call; this may leave the machine and cost a little.

    Args:
        found: What was found before.
        model: The model; empty calls the default model.
    """
    return replace(found, call=asyncio.run(_called(model)))


async def _called(model: str) -> Call:
    from scenario._models.player_model import player_model  # noqa: PLC0415 - only for a call

    try:
        player = player_model("scenario doctor", model or None, temperature=None, default_temperature=None)
        if player is None:
            return Call("the default model", "no default model is configured. Name one: --call openai/…")
        reply = await player.ask([{"role": "user", "content": "Answer with the one word: ready"}])
    except ScenarioError as error:
        return Call(model or "the default model", redactor().text(str(error)))
    said = redactor().text(" ".join((reply.content or "").split()))[:60]
    return Call(player.label, None, said, round(reply.seconds, 3), str(reply.usage))


def _settings(
    environment: Mapping[str, str],
) -> tuple[tuple[Setting, ...], dict[str, Any], tuple[str, ...]]:
    """Each setting with its source, their values, and what cannot be used."""
    configured = ScenarioConfig.default_config
    layers: list[tuple[str, dict[str, Any]]] = []
    mistakes: list[str] = []
    for source, read in (
        ("[tool.scenario] in pyproject.toml", from_pyproject),
        ("", lambda: from_environment(environment)),
    ):
        try:
            layers.append((source, read()))
        except ConfigError as error:
            mistakes.append(str(error))
    layers.append(("scenario.configure", configured.explicit() if configured is not None else {}))
    values = dict(vars(ScenarioConfig()))
    sources = dict.fromkeys(SETTINGS, "default")
    for source, layer in layers:
        for name, value in layer.items():
            values[name] = value
            sources[name] = source or f"SCENARIO_{name.upper()}"
    settings = [Setting(name, _shown(name, values[name]), sources[name]) for name in sources]
    return tuple(settings), values, tuple(redactor().text(each) for each in mistakes)


def _shown(name: str, value: Any) -> str:
    """A value as people may see it."""
    if isinstance(value, ModelConfig):
        address = f" at {bare_address(value.api_base)}" if value.api_base else ""
        return f"{value.model}{address}{', with a key' if value.api_key else ''}"
    if name == "store" and value is not None:
        return redactor().text(bare_address(str(value)))
    if isinstance(value, str):
        return redactor().text(value)
    if value is None or isinstance(value, bool | int | float):
        return str(value)
    return "set"


def _endpoint(model: str | ModelConfig, environment: Mapping[str, str]) -> tuple[Endpoint | None, str | None]:
    """Where a model is called, and what is missing to do so."""
    if isinstance(model, ModelConfig):
        name, settings = model.model, Settings(api_base=model.api_base, api_key=model.api_key)
    else:
        name, settings = model, Settings()
    found = find(name, environment, settings)
    if isinstance(found, Endpoint):
        return found, None
    if found is None and find_spec("litellm") is None:
        found = unknown(name)
    return None, None if found is None else found.text


def _key(provider: Provider, environment: Mapping[str, str]) -> Key:
    held = (name for name in provider.key_variables if environment.get(name, "").strip())
    return Key(provider.name, provider.key_variables, next(held, None))


def _local_addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Where local servers usually are, or where a variable says that they are, if that is on this machine."""
    found: dict[str, str] = {}
    for provider in PROVIDERS:
        endpoint = None if provider.needs_key else find(f"{provider.name}/any", environment, Settings())
        if isinstance(endpoint, Endpoint) and _is_here(endpoint.base_url):
            found[endpoint.base_url] = provider.name
    return found


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _servers(addresses: Mapping[str, str]) -> list[Server]:
    from httpx2 import AsyncClient  # noqa: PLC0415 - imported when it is needed

    async with AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
        return await asyncio.gather(*(_asked(client, name, address) for address, name in addresses.items()))


async def _asked(client: Any, name: str, address: str) -> Server:
    from httpx2 import HTTPError  # noqa: PLC0415 - imported when it is needed

    shown = bare_address(address)
    try:
        answer = await client.get(f"{address}/models")
    except (HTTPError, OSError):
        return Server(name, shown, None)
    try:
        listed = answer.json()["data"]
        models = [str(each["id"]) for each in listed]
    except (ValueError, KeyError, TypeError):
        return Server(name, shown, (), f"status {answer.status_code}, and no list of models")
    return Server(name, shown, tuple(models[:_MOST_NAMES]))


def _extras() -> list[Extra]:
    """The extras of the distribution, by its own metadata."""
    extras: list[Extra] = []
    for line in metadata.requires(_DISTRIBUTION) or ():
        marked = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", line)
        name = re.match(r"[\w.-]+", line)
        if marked is None or name is None:
            continue
        try:
            version = metadata.version(name[0])
        except metadata.PackageNotFoundError:
            version = None
        extras.append(Extra(marked[1], name[0], version))
    return extras


def _places(values: Mapping[str, Any]) -> list[Found]:
    from scenario._cache.recall import cache_folder  # noqa: PLC0415 - only here
    from scenario._replay.takes import folder_of  # noqa: PLC0415 - likewise
    from scenario.store import place_of  # noqa: PLC0415 - likewise

    try:
        store = place_of(cast("Any", values.get("store")))
    except ConfigError as error:
        store = redactor().text(str(error))
    cache = cache_folder()
    return [
        Found("runs", "off" if store is None else str(store)),
        Found("cache", "off" if cache is None else str(cache)),
        Found("cassettes", str(folder_of(values.get("cassettes"), None))),
    ]
