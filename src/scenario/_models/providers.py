"""Who speaks OpenAI's chat protocol, where, and with which key. Pure: the environment is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scenario._models.settings import Settings


@dataclass(frozen=True)
class Provider:
    """A provider that speaks OpenAI's chat protocol.

    Attributes:
        name: What stands before the slash in a model's name.
        base_url: The address of the protocol; empty when it depends on the account.
        key_variables: The environment variables that may hold the key, the first one first.
        base_variables: The environment variables that may hold another address.
        needs_key: Whether a call without a key is pointless.
        aliases: Other names of the same.
        note: What to know.
    """

    name: str
    base_url: str
    key_variables: tuple[str, ...] = ()
    base_variables: tuple[str, ...] = ()
    needs_key: bool = True
    aliases: tuple[str, ...] = ()
    note: str = ""


_LOCAL = "On this machine; no key."

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "openai",
        "https://api.openai.com/v1",
        ("OPENAI_API_KEY",),
        ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        note="A name without a slash is OpenAI's.",
    ),
    Provider(
        "azure",
        "",
        ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
        ("AZURE_OPENAI_ENDPOINT", "AZURE_API_BASE"),
        aliases=("azure_openai",),
        note="The name is the deployment's; a dated api_version selects the older addresses.",
    ),
    Provider(
        "anthropic",
        "https://api.anthropic.com/v1",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_API_BASE",),
        note="Anthropic's compatibility endpoint.",
    ),
    Provider(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        ("GEMINI_API_BASE",),
        aliases=("google",),
        note="Google's compatibility endpoint.",
    ),
    Provider("groq", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",), ("GROQ_API_BASE",)),
    Provider("mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",), ("MISTRAL_API_BASE",)),
    Provider("deepseek", "https://api.deepseek.com/v1", ("DEEPSEEK_API_KEY",), ("DEEPSEEK_API_BASE",)),
    Provider("xai", "https://api.x.ai/v1", ("XAI_API_KEY",), ("XAI_API_BASE",), aliases=("x-ai",)),
    Provider(
        "together_ai",
        "https://api.together.xyz/v1",
        ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY"),
        ("TOGETHER_AI_API_BASE",),
        aliases=("together",),
    ),
    Provider(
        "fireworks_ai",
        "https://api.fireworks.ai/inference/v1",
        ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
        ("FIREWORKS_API_BASE",),
        aliases=("fireworks",),
    ),
    Provider(
        "openrouter",
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_KEY",),
        ("OPENROUTER_API_BASE",),
        note="Its replies say what they cost.",
    ),
    Provider("cerebras", "https://api.cerebras.ai/v1", ("CEREBRAS_API_KEY",), ("CEREBRAS_API_BASE",)),
    Provider(
        "ollama",
        "http://localhost:11434/v1",
        ("OLLAMA_API_KEY",),
        ("OLLAMA_API_BASE",),
        needs_key=False,
        aliases=("ollama_chat",),
        note=_LOCAL,
    ),
    Provider(
        "vllm",
        "http://localhost:8000/v1",
        ("HOSTED_VLLM_API_KEY",),
        ("HOSTED_VLLM_API_BASE",),
        needs_key=False,
        aliases=("hosted_vllm",),
        note=_LOCAL,
    ),
    Provider(
        "lm_studio",
        "http://localhost:1234/v1",
        ("LM_STUDIO_API_KEY",),
        ("LM_STUDIO_API_BASE",),
        needs_key=False,
        aliases=("lmstudio",),
        note=_LOCAL,
    ),
    Provider(
        "llama_cpp",
        "http://localhost:8080/v1",
        ("LLAMA_API_KEY",),
        ("LLAMA_CPP_API_BASE",),
        needs_key=False,
        aliases=("llamacpp",),
        note=_LOCAL,
    ),
)
"""The table, in the order of the documentation."""

_BY_NAME = {name: provider for provider in PROVIDERS for name in (provider.name, *provider.aliases)}
_CUSTOM = Provider("custom", "", needs_key=False, note="An address of one's own.")
_NO_KEY = "none"  # the client insists on one


@dataclass(frozen=True)
class Endpoint:
    """Where a model is called, and as what.

    Attributes:
        provider: The provider's name in the table; ``custom`` for an address of one's own.
        base_url: The address, without a slash at its end.
        model: The model as the provider names it.
        key: The key.
        headers: More headers.
        query: More parameters of the address.
        key_variable: The environment variable that holds the key, or should.
    """

    provider: str
    base_url: str
    model: str
    key: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    key_variable: str = ""


@dataclass(frozen=True)
class Missing:
    """Something that is needed to call a model and is not there.

    Attributes:
        provider: The provider.
        text: What is missing, and what to do, as a sentence.
    """

    provider: str
    text: str


def find(name: str, environ: Mapping[str, str], settings: Settings) -> Endpoint | Missing | None:
    """Where a model is called.

    Args:
        name: The model, such as ``groq/llama-3.3-70b-versatile``.
        environ: The environment.
        settings: Among them the address and the key, where they were given.

    Returns:
        The endpoint; what is missing to call it; or None when the table does not know the provider.
    """
    provider, model = _split(name, settings)
    if not model or name.startswith("/"):
        return Missing("", f"{name!r} names no model. Write provider/model, such as openai/gpt-4.1-mini.")
    if provider is None:
        return None
    base = settings.api_base or _first(environ, provider.base_variables) or provider.base_url
    key = (settings.api_key or "").strip() or _first(environ, provider.key_variables)
    variable = provider.key_variables[0] if provider.key_variables else ""
    if settings.client is not None:
        return Endpoint(provider.name, _address_of(settings.client), model, "", key_variable=variable)
    if not base:
        return Missing(
            provider.name,
            f"{name} needs the address of your resource: set {provider.base_variables[0]} or give api_base=.",
        )
    if not base.lower().startswith(("http://", "https://")):
        return Missing(
            provider.name, f"{name}: {base!r} is no address. Let api_base begin with http:// or https://."
        )
    if not key and provider.needs_key and not _is_elsewhere(base, provider):
        return Missing(provider.name, f"{name} needs a key: set {variable} or give api_key=.")
    if not key.isascii():
        return Missing(
            provider.name, f"The key for {name} holds a character that no key has: copy it once more."
        )
    key, variable = key or _NO_KEY, "" if settings.api_key else variable
    if provider.name == "azure":
        version = settings.api_version or _first(environ, ("OPENAI_API_VERSION", "AZURE_API_VERSION"))
        return _azure(base, model, key, variable, version)
    if not provider.needs_key and provider is not _CUSTOM:
        base = _with_path(base)
    return Endpoint(provider.name, base.rstrip("/"), model, key, key_variable=variable)


def unknown(name: str) -> Missing:
    """What is missing to call a model whose provider the table does not know, where there is no litellm either."""
    provider = name.partition("/")[0]
    text = (
        f"`{provider}` is no provider that scenario knows. Install agent-scenario[litellm] for those that litellm "
        "knows; for a server that speaks OpenAI's protocol, give api_base=."
    )
    return Missing(provider, text)


def _split(name: str, settings: Settings) -> tuple[Provider | None, str]:
    head, slash, rest = name.partition("/")
    if not slash:
        return _BY_NAME["openai"], name
    if head in _BY_NAME:
        return _BY_NAME[head], rest
    if settings.api_base or settings.client is not None:
        return _CUSTOM, name  # such as meta-llama/Llama-3.1-8B-Instruct, on a server of one's own
    return None, name


def _address_of(client: Any) -> str:
    """Where a client of the user's own calls; for the limit of calls at once and for errors."""
    return str(getattr(client, "base_url", "") or type(client).__name__).rstrip("/")


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := environ.get(name, "").strip())), "")


def _is_elsewhere(base: str, provider: Provider) -> bool:
    """Whether the address is not the provider's own, so that it may need no key."""
    host = urlsplit(base).hostname or ""
    return host != urlsplit(provider.base_url).hostname and not host.endswith(".azure.com")


def _with_path(base: str) -> str:
    """The address of a local server, with the path that all of them have."""
    return base if urlsplit(base).path.strip("/") else f"{base.rstrip('/')}/v1"


def _azure(base: str, model: str, key: str, variable: str, version: str) -> Endpoint:
    """Azure's addresses: those of version 1, and the older ones, which have the deployment in the path.

    Source: https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle
    """
    root = base.rstrip("/")
    headers = {"api-key": key}
    if version[:1].isdigit():
        if "/openai/deployments/" not in root:
            root = f"{root.removesuffix('/openai/v1').removesuffix('/openai')}/openai/deployments/{model}"
        return Endpoint("azure", root, model, key, headers, {"api-version": version}, variable)
    if not root.endswith("/openai/v1"):
        root = f"{root.removesuffix('/openai')}/openai/v1"
    query = {"api-version": version} if version not in {"", "v1"} else {}
    return Endpoint("azure", root, model, key, headers, query, variable)
