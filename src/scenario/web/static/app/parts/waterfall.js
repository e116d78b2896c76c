// The spans of a run, drawn over time.

import { duration } from "../format.js";
import { html, useState } from "../html.js";
import { nested } from "../timeline.js";
import { Json, Words } from "./text.js";

const FIRST = 100;

function Row({ span, depth, start, length }) {
  const left = ((span.started_at - start) / length) * 100;
  const width = ((span.ended_at - span.started_at) / length) * 100;
  const tokens = span.input_tokens !== null || span.output_tokens !== null ? `${span.input_tokens ?? 0} + ${span.output_tokens ?? 0} tokens` : "";
  const detail = [span.model, tokens].filter(Boolean).join(" · ");
  const indent = { paddingInlineStart: `${Math.min(depth, 8) * 10}px` };
  return html`<li>
    <details class="span">
      <summary>
        <span class="label" style=${indent}><span class=${`kind ${span.kind}`}>${span.kind}</span> <${Words} text=${span.name} /></span>
        <span class="track"><span class=${`bar ${span.kind} ${span.is_error ? "error" : ""}`} style=${{ left: `${left}%`, width: `max(2px, ${width}%)` }}></span></span>
        <span class="took">${duration(span.ended_at - span.started_at)}</span>
        ${(detail || span.is_error) && html`<small style=${indent}>${span.is_error && html`<b class="failed">error</b> `}<${Words} text=${detail} /></small>`}
      </summary>
      <${Json} value=${{ attributes: span.attributes, events: span.events }} label=${`Attributes of ${span.name}`} />
    </details>
  </li>`;
}

/** The waterfall. */
export function Waterfall({ spans }) {
  const [shown, setShown] = useState(FIRST);
  if (!spans.length) {
    return html`<p class="faint">No spans. They are kept when tracing is set up, or when the agent sends its own to this address.</p>`;
  }
  const start = Math.min(...spans.map((span) => span.started_at));
  const length = Math.max(...spans.map((span) => span.ended_at)) - start || 1;
  const rows = nested(spans);
  return html`<ol class="waterfall">
      ${rows.slice(0, shown).map((each) => html`<${Row} key=${each.span.span_id} ...${each} start=${start} length=${length} />`)}
    </ol>
    ${rows.length > shown && html`<p class="more"><button onClick=${() => setShown(shown + 500)}>Show more of ${rows.length} spans</button></p>`}`;
}
