"""Transcripts that mean harm, in a browser: they are text."""

from __future__ import annotations

import pytest

from system.page_site import serving, watching
from web.seeded import AFTER, HOSTILE_RUN

pytestmark = pytest.mark.system
MILLIONS = 5_000_000
ACTING = """(place) => [...place.querySelectorAll("*")].flatMap((each) => [
    ...[...each.attributes].map((one) => one.name).filter((name) => name.startsWith("on") || name === "style"),
    ...(/^(script|style|iframe|object|embed|form|svg|math|input)$/i.test(each.tagName) ? [each.tagName] : []),
    ...(/^\\s*(javascript|vbscript|data):/i.test(each.getAttribute("href") ?? "") ? ["href"] : []),
    ...(/svg|^https?:/i.test(each.getAttribute("src") ?? "") ? ["src"] : []),
])"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture
def shown(page, watched, site):
    page.add_init_script("window.taken = 0; window.alert = () => { window.taken += 1; };")
    with watching(page, watched, site) as found:
        yield found
    assert page.evaluate("window.taken") == 0
    assert "taken" not in page.title()


@pytest.fixture
def rendered(shown):
    """What the page makes of a text in markdown."""
    shown.go("runs")

    def render(text):
        return shown.page.evaluate(
            """async (text) => {
                const { rendered } = await import("/static/app/text.js");
                const place = document.createElement("div");
                place.append(rendered(text));
                document.body.append(place);
                return place.innerHTML;
            }""",
            text,
        )

    return render


@pytest.mark.parametrize(
    "address",
    [
        f"runs/{HOSTILE_RUN}",
        f"batches/{AFTER}?group=tag",
        f"batches/{AFTER}/scenarios/hostile%20%3Cb%3Etext%3C%2Fb%3E",
        f"review?batch={AFTER}&run={HOSTILE_RUN}",
        "search?q=script",
    ],
)
def test_hostile_text_stays_text(shown, address):
    page = shown.go(address)
    page.get_by_text("<script>").first.wait_for()
    assert (
        page.locator(
            "main script, main iframe, main style, main svg [onload], main [onerror], main [style*=evil]"
        ).count()
        == 0
    )
    assert page.locator("main a[href^='javascript:'], main a[href^='data:']").count() == 0
    assert page.locator("main img[src^=http]").count() == 0


def test_a_picture_elsewhere_is_a_link_that_nobody_follows(rendered):
    made = rendered("![a **cat**](https://outside.example/x.png)")
    assert "<img" not in made
    assert 'rel="noopener noreferrer nofollow"' in made


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#115;cript:alert(1))",
        "[x](vbscript:x)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "<img src=x onerror=alert(1)>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "| a |\n|:-:|\n| <svg onload=alert(1)> |",
    ],
)
def test_markdown_makes_nothing_that_acts(rendered, shown, text):
    rendered(text)
    assert shown.page.evaluate(f"({ACTING})(document.body.lastChild)") == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src=https://outside.example/x.png>",
        "<a href=javascript:alert(1)>x</a>",
        "<b style='position:fixed' onclick=alert(1)>x</b>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<form action=//outside.example><input name=a></form>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_the_sanitiser_alone_leaves_nothing_that_acts(page, site, markup):
    page.goto(site.url)
    acting = page.evaluate(
        f"""async (markup) => {{
            const {{ sanitised }} = await import("/static/app/text.js");
            return ({ACTING})(sanitised(markup));
        }}""",
        markup,
    )
    assert acting == []


def test_marks_that_turn_the_text_around_are_spelled_out(rendered):
    assert "⟨U+202E⟩gpj.exe" in rendered("photo\u202egpj.exe")


def test_a_message_of_five_megabytes_is_shown_in_pieces(shown):
    story = shown.site.live
    story.says("y" * MILLIONS, "user", turn=1)
    shown.site.tell_live()
    page = shown.go("runs/scenariorun_live")
    page.locator("#m2 .more button").wait_for()
    assert page.locator("#m2 .plain").evaluate("each => each.textContent.length") == 20_000
    assert page.locator("#m2", has_text="shortened").count() == 1


def test_deep_json_in_a_tool_call_is_shown(shown):
    story = shown.site.live
    deep = "[" * 900 + "]" * 900
    story.says(
        None,
        turn=1,
        tool_calls=[{"id": "d", "type": "function", "function": {"name": "deep", "arguments": deep}}],
    )
    shown.site.tell_live()
    page = shown.go("runs/scenariorun_live")
    page.locator("details.tool", has_text="deep").wait_for()
    page.keyboard.press("o")
    page.locator("details.tool pre").first.wait_for()
