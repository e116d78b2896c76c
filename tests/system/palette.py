"""Pictures of screens with 256 colours, a third as large. The browser reads the pixels; nothing else is needed."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any, Final

_INDEXED: Final = 3
_REDUCE: Final = """async (data) => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    const kept = [...counts].sort((one, other) => other[1] - one[1]).slice(0, 256).map(([pixel]) => parts(pixel));
    const nearest = (pixel) => {
        const [red, green, blue] = parts(pixel);
        const away = kept.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
        return away.indexOf(Math.min(...away));
    };
    const places = new Map([...counts.keys()].map((pixel) => [pixel, nearest(pixel)]));
    let text = "";
    for (const pixel of pixels) text += String.fromCharCode(places.get(pixel));
    return { width, height, palette: kept.flat(), indices: btoa(text) };
}"""


def indexed(browser: Any, data: bytes) -> bytes:
    """The picture, a PNG, with the colours that are in it most often; others become the nearest of them."""
    page = browser.new_page()
    found = page.evaluate(_REDUCE, base64.b64encode(data).decode())
    page.close()
    width, height = found["width"], found["height"]
    rows = base64.b64decode(found["indices"])
    lines = b"".join(b"\0" + rows[width * row : width * (row + 1)] for row in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0))
        + _chunk(b"PLTE", bytes(found["palette"]))
        + _chunk(b"IDAT", zlib.compress(lines, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
