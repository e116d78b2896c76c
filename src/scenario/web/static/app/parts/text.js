// Text of a transcript as elements.

import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { marked } from "../quotes.js";
import { MOST, pretty, rendered, visible } from "../text.js";
import { count } from "../format.js";

const STEP = 200000;

function More({ text, shown, onMore }) {
  const left = text.length - shown;
  if (left <= 0) return null;
  return html`<p class="more">
    <button onClick=${onMore}>Show ${count(Math.min(left, STEP))} more of ${count(left)} characters</button>
  </p>`;
}

/** Text as it is written, in pieces when it is long. */
export function Plain({ text }) {
  const [shown, setShown] = useState(MOST);
  return html`<div class="plain" dir="auto">${visible(text.slice(0, shown))}</div>
    <${More} text=${text} shown=${shown} onMore=${() => setShown(shown + STEP)} />`;
}

/** Markdown as safe elements, quotes in it marked; a text that is too long to lay out is shown as it is written. */
export function Markdown({ text, quotes = [] }) {
  const place = useRef(null);
  const long = text.length > MOST;
  useLayoutEffect(() => {
    if (!long) place.current.replaceChildren(marked(rendered(text), quotes));
  }, [text, long, JSON.stringify(quotes)]);
  if (long) return html`<${Plain} text=${text} />`;
  return html`<div class="markdown" dir="auto" ref=${place}></div>`;
}

/** A value as JSON. */
export function Json({ value, label }) {
  const [shown, setShown] = useState(MOST);
  const text = pretty(value);
  return html`<pre class="json" dir="ltr" tabindex="0" role="group" aria-label=${label ?? "JSON"}>${visible(text.slice(0, shown))}</pre>
    <${More} text=${text} shown=${shown} onMore=${() => setShown(shown + STEP)} />`;
}

/** A short text in one line of the page. */
export const Words = ({ text }) => html`<bdi>${visible(String(text ?? ""))}</bdi>`;
