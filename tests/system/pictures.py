"""Take the pictures of the documentation anew: `python tests/system/pictures.py [FOLDER]`, by default `docs/images`.

The page of the store of `tests/web/seeded.py` is served and shown in the browser of the tests.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from system.conftest import CHROMIUM, QUIET
from system.page_site import serving
from system.palette import indexed
from web.seeded import AFTER, BEFORE, FAILED_RUN, LIVE

WIDTH = 1180


@dataclass(frozen=True)
class Picture:
    """A picture of a screen.

    Attributes:
        name: The file is called ``page-NAME.png``.
        address: The screen's address.
        wait_for: What has to be there before it is taken.
        height: How much of the screen is taken, in pixels; what the screen does not need is left out.
        scheme: The theme.
    """

    name: str
    address: str
    wait_for: str
    height: int
    scheme: str = "light"


PICTURES = (
    Picture("runs", "runs", "[data-batch]", 480),
    Picture("batch", f"batches/{AFTER}", "[data-row]", 660),
    Picture("scenario", f"batches/{AFTER}/scenarios/late%20parcel", ".chart canvas", 860),
    Picture("conversation", f"runs/{FAILED_RUN}", "#m5", 1060),
    Picture("compare", f"compare?a={BEFORE}&b={AFTER}", ".side a", 680),
    Picture(
        "review",
        f"review?batch={AFTER}&run=scenariorun_after_late1&criterion=The%20agent%20stays%20polite",
        ".verdicts li:nth-child(14)",
        980,
    ),
    Picture("live", f"batches/{LIVE}", ".progress", 440, "dark"),
)


def take(browser: Any, url: str, picture: Picture, folder: Path) -> None:
    """Take a picture."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{url}#/{picture.address}")
    page.locator(picture.wait_for).first.wait_for()
    page.locator(".pulse:not(.away)").wait_for()
    if picture.name == "review":
        page.get_by_role("button", name="Wrong").click()
        page.locator(".verdicts .badge", has_text="wrong").wait_for()
        page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    (folder / f"page-{picture.name}.png").write_bytes(indexed(browser, page.screenshot()))
    context.close()


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs" / "images"
    with (
        tempfile.TemporaryDirectory() as place,
        serving(Path(place)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for picture in PICTURES:
            take(browser, site.url, picture, folder)
        browser.close()


if __name__ == "__main__":
    main()
