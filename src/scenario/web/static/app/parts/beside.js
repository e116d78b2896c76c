// What stands beside a conversation: criteria, spans, usage, how to play it again, raw data.

import { at, read } from "../api.js";
import { count, dollars, duration, known, many } from "../format.js";
import { html, useState } from "../html.js";
import { to } from "../router.js";
import { AttackPanel } from "./attack.js";
import { Copy, Problem, Verdict } from "./common.js";
import { Json, Markdown, Words } from "./text.js";
import { Waterfall } from "./waterfall.js";

function Criterion({ run, verdict, open }) {
  const { criterion, status, reasoning, evidence, supported, label } = verdict;
  return html`<li class=${`criterion ${open ? "current" : ""}`} data-criterion=${criterion} tabindex="-1">
    <p><${Verdict} status=${status} /> <b><${Words} text=${criterion} /></b></p>
    ${reasoning && html`<div class="soft"><${Markdown} text=${reasoning} /></div>`}
    ${!supported && html`<p class="fault">None of the judge's quotes stands in the conversation.</p>`}
    ${evidence.map((each, place) => html`<p class="quote" key=${place}>
      <a href=${to.run(run, { m: each.message })}>#${each.message}</a> ${each.quote && html`<q><${Words} text=${each.quote} /></q>`}
    </p>`)}
    ${label && html`<p class="faint">Labelled <b>${label.label}</b>${label.note && html`: <${Words} text=${label.note} />`}</p>`}
  </li>`;
}

/** The criteria with their verdicts. */
export function Criteria({ run, verdicts, current }) {
  if (!verdicts.length) return html`<p class="faint">No criterion was judged.</p>`;
  const order = { failed: 0, inconclusive: 1, passed: 2 };
  const sorted = [...verdicts].sort((one, other) => order[one.status] - order[other.status]);
  return html`<ul class="criteria">${sorted.map((each) => html`<${Criterion} key=${each.criterion} run=${run} verdict=${each} open=${each.criterion === current} />`)}</ul>`;
}

function Usage({ usage }) {
  const rows = [["agent", usage.agent], ["user", usage.user], ["judge", usage.judge], ["total", usage.total]];
  if (!usage.total.calls) return html`<p class="faint">No call of a model was reported.</p>`;
  return html`<table class="small">
    <thead><tr><th>role</th><th class="number">calls</th><th class="number">in</th><th class="number">out</th><th class="number">cost</th></tr></thead>
    <tbody>${rows.map(([role, each]) => html`<tr key=${role} class=${role === "total" ? "total" : ""}>
      <th scope="row">${role}</th><td class="number">${count(each.calls)}</td><td class="number">${count(each.input_tokens)}</td><td class="number">${count(each.output_tokens)}</td>
      <td class="number">${each.calls && each.unpriced_calls === each.calls ? "unknown" : dollars(each.cost)}</td>
    </tr>`)}</tbody>
  </table>`;
}

function Calls({ calls }) {
  if (!calls.length) return null;
  return html`<details class="fold"><summary>${many(calls.length, "call of a model", "calls of models")}</summary>
    <div class="wide" tabindex="0" role="group" aria-label="Calls of models"><table class="small">
      <thead><tr><th>turn</th><th>who</th><th>model</th><th class="number">tokens</th><th class="number">time</th></tr></thead>
      <tbody>${calls.map((each) => html`<tr key=${each.number}>
        <td>${each.turn + 1}</td><td><${Words} text=${each.agent} /></td><td><${Words} text=${each.model} />${each.error && html` <span class="failed"><${Words} text=${each.error} /></span>`}</td>
        <td class="number">${each.usage.input_tokens} + ${each.usage.output_tokens}</td><td class="number">${duration(each.seconds)}${each.attempts > 1 ? ` in ${each.attempts} attempts` : ""}</td>
      </tr>`)}</tbody>
    </table></div>
  </details>`;
}

function Raw({ run }) {
  const [state, setState] = useState({ value: null, error: null });
  const load = async (event) => {
    if (!event.target.open || state.value) return;
    try {
      setState({ value: await read(at("runs", run, "raw")), error: null });
    } catch (error) {
      setState({ value: null, error });
    }
  };
  return html`<details class="fold" onToggle=${load}><summary>Raw JSON</summary>
    <${Problem} error=${state.error} />
    ${state.value && html`<${Json} value=${state.value} label="The raw run" />`}
  </details>`;
}

/** How to play a run again. Some commands only show it: then the note says what plays it. */
export function Again({ replay }) {
  if (!replay?.command) return replay?.note ? html`<p>${replay.note}</p>` : null;
  const command = html`<code>${replay.command}</code> <${Copy} text=${replay.command} />`;
  if (!replay.command.startsWith("scenario run ")) return html`<p>${replay.note}</p><p class="command">${command}</p>`;
  return html`<p class="command"><span>Play it again:</span> ${command} <span class="faint">${replay.note}</span></p>`;
}

/** The column. */
export function Beside({ value, criterion, again }) {
  const { run } = value;
  const metadata = Object.keys(run.metadata ?? {}).length > 0;
  return html`<aside aria-label="About this conversation">
    <section class="panel" id="criteria"><h2>Criteria</h2><${Criteria} run=${run.id} verdicts=${value.criteria} current=${criterion} /></section>
    <${AttackPanel} run=${run.id} attack=${value.attack} messages=${value.messages} />
    <section class="panel"><h2>Timeline</h2><${Waterfall} spans=${value.spans} /></section>
    <section class="panel"><h2>Usage</h2><${Usage} usage=${run.usage} /><${Calls} calls=${value.model_calls} /></section>
    ${again && html`<section class="panel"><h2>Play it again</h2><${Again} replay=${value.replay} /></section>`}
    <section class="panel"><h2>Data</h2>
      ${known(run.seed) && html`<p>Seed <code>${run.seed}</code></p>`}
      <p class="faint break">${run.id}</p>
      ${metadata && html`<details class="fold"><summary>Metadata</summary><${Json} value=${run.metadata} label="Metadata" /></details>`}
      <${Raw} run=${run.id} />
    </section>
  </aside>`;
}
