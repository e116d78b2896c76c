// The frame of the page, and the way from an address to its screen.

import { useConnected, connect } from "./live.js";
import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./html.js";
import { step, useKeys } from "./keys.js";
import { Help } from "./parts/help.js";
import { Empty } from "./parts/common.js";
import { applyTheme, nextTheme, useTheme } from "./theme.js";
import { go, to, useRoute } from "./router.js";
import { Batch } from "./screens/batch.js";
import { Compare } from "./screens/compare.js";
import { Conversation } from "./screens/conversation.js";
import { Review } from "./screens/review.js";
import { Runs } from "./screens/runs.js";
import { Scenario } from "./screens/scenario.js";
import { Search } from "./screens/search.js";

const SCREENS = {
  runs: Runs,
  batch: Batch,
  scenario: Scenario,
  conversation: Conversation,
  compare: Compare,
  review: Review,
  search: Search,
};

const Missing = () => html`<${Empty} title="There is no such screen">
  <p>The address is not one of this page. <a href=${to.runs()}>See all runs</a>.</p>
<//>`;

function Top({ route, onHelp }) {
  const connected = useConnected();
  const [theme, setTheme] = useTheme();
  const search = (event) => {
    event.preventDefault();
    const words = new FormData(event.target).get("q").trim();
    if (words) go(to.search(words));
  };
  const current = (screen) => (route.screen === screen ? "page" : undefined);
  return html`<header class="top">
    <a class="home" href=${to.runs()}><img src="static/icon.svg" alt="" /> scenario</a>
    <nav aria-label="Screens">
      <a href=${to.runs()} aria-current=${current("runs")}>Runs</a>
      <a href=${to.review(route.params.batch ?? route.query.batch)} aria-current=${current("review")}>Review</a>
    </nav>
    <form role="search" onSubmit=${search}>
      <input type="search" name="q" id="search" key=${route.query.q} defaultValue=${route.screen === "search" ? route.query.q : ""}
        placeholder="Search in messages  /" aria-label="Search in messages" />
    </form>
    <span class=${`pulse ${connected ? "" : "away"}`} title=${connected ? "Changes are shown as they happen" : "The server does not answer; trying again"}>
      <span>${connected ? "live" : "not connected"}</span>
    </span>
    <button class="quiet" onClick=${() => setTheme(nextTheme(theme))} aria-label=${`Theme: ${theme}. Change it`} title="Theme (t)"><span aria-hidden="true">◐</span> ${theme}</button>
    <button class="quiet" onClick=${onHelp} aria-label="Keys" title="Keys (?)">?</button>
  </header>`;
}

function Screen({ route }) {
  const [broken, reset] = useErrorBoundary();
  const place = useRef(null);
  const address = JSON.stringify([route.screen, route.params]);
  useEffect(() => {
    if (broken) reset();
    place.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [address]);
  const Shown = SCREENS[route.screen] ?? Missing;
  return html`<main id="main" tabindex="-1" ref=${place}>
    ${broken
      ? html`<${Empty} title="This screen cannot be shown"><p>${String(broken.message ?? broken)}</p><p><a href=${to.runs()}>See all runs</a></p><//>`
      : html`<${Shown} key=${address} ...${route.params} query=${route.query} />`}
  </main>`;
}

function App() {
  const route = useRoute();
  const [help, setHelp] = useState(false);
  const [theme, setTheme] = useTheme();
  useKeys({
    "/": () => document.getElementById("search").focus(),
    "?": () => setHelp(true),
    t: () => setTheme(nextTheme(theme)),
    r: () => go(to.runs()),
    j: () => step("[data-row] a.main, a.main[data-row]", 1),
    k: () => step("[data-row] a.main, a.main[data-row]", -1),
  });
  return html`
    <a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      document.getElementById("main").focus();
    }}>To the content</a>
    <${Top} route=${route} onHelp=${() => setHelp(true)} />
    <${Screen} route=${route} />
    ${help && html`<${Help} screen=${route.screen} onClose=${() => setHelp(false)} />`}
  `;
}

applyTheme();
connect();
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
