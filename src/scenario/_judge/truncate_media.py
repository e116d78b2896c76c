"""Pictures, sounds and files in messages and spans, replaced by a word about their kind and size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from scenario._text import MEDIA_KINDS
from scenario._wording import size

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,([A-Za-z0-9+/=_-]*)")
_BASE64 = re.compile(r"[A-Za-z0-9+/=_\-\s]+")
_RAW: Final = 1000
"""From how many characters a text in a part for media is taken for base64, where it could be something else."""

_PAYLOADS = frozenset({"data", "file_data", "b64_json", "base64"})
_MAYBE_PAYLOADS = frozenset({"image", "audio", "video", "file", "content", "source", "url"})
_FORMATS = ("mediaType", "media_type", "mimeType", "mime_type", "format")


def truncate_media(value: Any) -> Any:
    """A copy of messages, parts or attributes without what is sent as base64.

    Args:
        value: JSON-like data. It is left as it is.

    Returns:
        The same with a placeholder such as ``[image: image/png, 12.5 KB]`` for each data URL, and for the
        data in parts of the types that hold a picture, a sound, a video or a file. Addresses are kept.
    """
    return _without_media(value, None)


def truncate_media_url(text: str) -> str:
    """A text with a placeholder for each data URL in it."""
    if "base64," not in text:
        return text
    return _DATA_URL.sub(lambda found: _placeholder(None, found[1] or "", len(found[2])), text)


def truncate_media_part(part: Mapping[str, Any]) -> Any:
    """A content part, with a placeholder for what it holds as base64."""
    return truncate_media(part)


def media_label(part: Mapping[str, Any]) -> str | None:
    """What a content part holds, in words: ``image: image/png, 12.5 KB``, or its address; None for other parts."""
    kind = MEDIA_KINDS.get(str(part.get("type")))
    if kind is None:
        return None
    told = _told(truncate_media_part(part))
    return told if told.startswith(f"{kind}:") else f"{kind}: {told}" if told else kind


def _told(part: Any) -> str:
    """The placeholders, addresses and names in a shortened part."""
    if isinstance(part, str):
        return part.strip("[]")
    if not isinstance(part, Mapping):
        return ""
    fields = cast("Mapping[str, Any]", part)
    shown = [
        _told(item)
        for key, item in fields.items()
        if key in {*_PAYLOADS, *_MAYBE_PAYLOADS, "filename", "file_id", "name", "transcript"}
        or (key in MEDIA_KINDS and key != "type")
    ]
    return ", ".join(text for text in shown if text)


def _without_media(value: Any, around: Mapping[str, Any] | None) -> Any:
    """`value` without media; `around` is the part that it belongs to."""
    if isinstance(value, str):
        return truncate_media_url(value)
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        part = fields if _holds_media(fields) else {**around, **fields} if around is not None else None
        return {key: _field(key, item, part) for key, item in fields.items()}
    if isinstance(value, list | tuple):
        return [_without_media(item, None) for item in value]
    return value


def _holds_media(fields: Mapping[str, Any]) -> bool:
    kind = fields.get("type")
    return isinstance(kind, str) and kind in MEDIA_KINDS


def _field(key: str, item: Any, part: Mapping[str, Any] | None) -> Any:
    if part is not None and isinstance(item, str) and _is_payload(key, item):
        return _placeholder(MEDIA_KINDS.get(str(part.get("type"))), _format(part), len(item))
    return _without_media(item, part)


def _is_payload(key: str, text: str) -> bool:
    if text.startswith("data:") or "://" in text[:12]:
        return False
    if key in _PAYLOADS:
        return bool(text)
    return key in _MAYBE_PAYLOADS and len(text) > _RAW and _BASE64.fullmatch(text) is not None


def _format(part: Mapping[str, Any]) -> str:
    return next((str(part[key]) for key in _FORMATS if isinstance(part.get(key), str)), "")


def _placeholder(kind: str | None, media_type: str, characters: int) -> str:
    """The kind and the size of base64 of so many characters."""
    top = media_type.partition("/")[0]
    kind = kind or (top if top in {"image", "audio", "video"} else "file")
    told = [text for text in (media_type, size(characters * 3 // 4)) if text]
    return f"[{kind}: {', '.join(told)}]"
