// Two runs side by side.

import { useAnswer } from "../api.js";
import { exactly, figure, pValue, percent, signed, when } from "../format.js";
import { html, useEffect } from "../html.js";
import { useKeys } from "../keys.js";
import { Commit, Crumbs, Empty, Fact, Gone, Loading, Name, Outcome, Problem } from "../parts/common.js";
import { Message } from "../parts/message.js";
import { Words } from "../parts/text.js";
import { go, queryText, to } from "../router.js";
import { toolNames } from "../timeline.js";

const ORDER = ["newly failing", "newly passing", "still flaky", "unclear", "unchanged"];
const TONES = { "newly failing": "failed", "newly passing": "passed", "still flaky": "fault", unclear: "idle", unchanged: "idle" };

const points = (interval) => (interval ? `${signed(interval.low)} to ${signed(interval.high)}` : "");

const ratio = (side) => html`${percent(side.counted ? side.passed / side.counted : null)} <small>${side.passed} of ${side.counted}</small>`;

function Side({ name, side, asked }) {
  const { batches } = side;
  const word = batches.some((each) => each.id === asked) || batches.length > 1 ? "" : asked; // such as last-green
  return html`<div class="side"><span class="faint">${name}</span> <span>${batches.map((each, place) => html`${place > 0 && ", "}<a key=${each.id} href=${to.batch(each.id)} title=${each.id}><${Name} text=${each.name} /></a>
    <small title=${exactly(each.started_at)}> ${when(each.started_at)}</small>`)}
    ${(side.branch || side.commit) && html`<small> · <${Commit} batch=${side} /></small>`}${word && html`<small> · <${Words} text=${word} /></small>`}</span></div>`;
}

function Overall({ overall, alpha }) {
  if (!overall) return null;
  const clear = overall.p_value <= alpha;
  const sentence = clear
    ? `These scenarios pass ${overall.difference < 0 ? "less" : "more"} often than before, and that is hardly chance.`
    : "The difference over all scenarios may be chance.";
  return html`<p class=${`verdict-line ${clear ? (overall.difference < 0 ? "failed" : "passed") : ""}`}>${sentence}</p>
    <dl class="facts">
      <${Fact} name="before">${percent(overall.before)}<//>
      <${Fact} name="after">${percent(overall.after)}<//>
      <${Fact} name="difference, in points">${signed(overall.difference)} <small>${points(overall.interval)}</small><//>
      <${Fact} name="p-value" title=${overall.test}>${pValue(overall.p_value)}<//>
      <${Fact} name="effect (Cohen's h)">${figure(overall.effect)}<//>
    </dl>`;
}

function Row({ scenario, query }) {
  const [left, right] = [scenario.before_runs[0], scenario.after_runs[0]];
  const address = to.compare(query.a, query.b, { ...query, left, right });
  return html`<tr data-row>
    <td class="name">
      ${left && right ? html`<a class="main" href=${address}><${Words} text=${scenario.label} /></a>` : html`<b><${Words} text=${scenario.label} /></b>`}
      ${scenario.is_reworded && html` <small>its description is another one</small>`}
    </td>
    <td data-label="change"><span class=${`badge ${TONES[scenario.change] ?? "idle"}`}>${scenario.change}</span></td>
    <td data-label="before" class="number">${ratio(scenario.before)}</td>
    <td data-label="after" class="number">${ratio(scenario.after)}</td>
    <td data-label="difference" class="number">${signed(scenario.difference)} <small>${points(scenario.interval)}</small></td>
    <td data-label="p-value" class="number" title=${`${pValue(scenario.p_value)} before the correction for many scenarios`}>${pValue(scenario.adjusted)}
      ${scenario.trials_needed && html` <small>${scenario.trials_needed} trials a side would tell</small>`}</td>
  </tr>`;
}

function Shifts({ shifts }) {
  if (!shifts.length) return null;
  return html`<section class="panel"><h2>Measures</h2><div class="wide" tabindex="0" role="group" aria-label="Measures"><table class="small">
    <thead><tr><th>mean over scenarios</th><th class="number">before</th><th class="number">after</th><th class="number">interval of the difference</th></tr></thead>
    <tbody>${shifts.map((each) => html`<tr key=${each.measure}><th scope="row">${each.measure}</th><td class="number">${figure(each.before)}</td><td class="number">${figure(each.after)}</td>
      <td class="number">${each.interval ? `${figure(each.interval.low)} to ${figure(each.interval.high)}` : "–"}</td></tr>`)}</tbody>
  </table></div></section>`;
}

function Left({ value }) {
  const lines = [
    ...value.only_before.map((label) => [label, "only before"]),
    ...value.only_after.map((label) => [label, "only after"]),
    ...value.left.map((each) => [each.label, each.reason]),
  ];
  if (!lines.length) return null;
  return html`<section class="panel"><h2>Not compared</h2><ul>${lines.map(([label, reason]) => html`<li key=${label + reason}><${Words} text=${label} /> <span class="faint">${reason}</span></li>`)}</ul></section>`;
}

function Choose({ label, ids, value, onChoose }) {
  return html`<label>${label} <select value=${value} onChange=${(event) => onChoose(event.target.value)}>
    ${ids.map((id, place) => html`<option key=${id} value=${id} selected=${id === value}>trial ${place + 1} of ${ids.length}</option>`)}
  </select></label>`;
}

function Column({ run, messages, side }) {
  const names = toolNames(messages);
  return html`<ol class="messages"><li class="side-name faint" aria-hidden="true">${side}</li>${messages.map((message) => html`<${Message} key=${message.number} run=${run.id} message=${message} names=${names} startedAt=${run.started_at} source=${run.source} named=${false} />`)}
    ${!messages.length && html`<li class="faint">nothing in this turn</li>`}</ol>`;
}

function Transcripts({ query, scenarios }) {
  const { value, error } = useAnswer(`/compare/runs${queryText({ a: query.left, b: query.right })}`);
  const scenario = scenarios.find((each) => each.before_runs.includes(query.left));
  const choose = (change) => go(to.compare(query.a, query.b, { ...query, ...change }), { replace: true });
  useEffect(() => {
    if (value) document.getElementById("transcripts")?.scrollIntoView({ block: "start" });
  }, [value !== null]);
  if (!value) return error ? html`<${Problem} error=${error} />` : html`<${Loading} />`;
  return html`<section class="panel" id="transcripts">
    <div class="head"><div><h2><${Words} text=${value.a.name} /></h2></div>
      <button onClick=${() => choose({ left: null, right: null })}>Close</button></div>
    <div class="pair heads">
      <div>${scenario && html`<${Choose} label="before" ids=${scenario.before_runs} value=${query.left} onChoose=${(left) => choose({ left })} />`} <${Outcome} run=${value.a} /> <a href=${to.run(value.a.id)}>open</a></div>
      <div>${scenario && html`<${Choose} label="after" ids=${scenario.after_runs} value=${query.right} onChoose=${(right) => choose({ right })} />`} <${Outcome} run=${value.b} /> <a href=${to.run(value.b.id)}>open</a></div>
    </div>
    ${value.turns.map((each) => html`<div key=${each.turn}><p class="turn">turn ${each.turn + 1}</p>
      <div class="pair"><${Column} run=${value.a} messages=${each.a} side="before" /><${Column} run=${value.b} messages=${each.b} side="after" /></div></div>`)}
  </section>`;
}

/** The screen. */
export function Compare({ query }) {
  const asked = query.a && query.b ? `/compare${queryText({ a: query.a, b: query.b })}` : null;
  const { value, error } = useAnswer(asked, (change) => Boolean(change.everything || change.removed));
  const hide = query.changed === "1";
  useKeys({ u: () => go(to.compare(query.a, query.b, { ...query, changed: hide ? "" : "1" }), { replace: true }) });
  useEffect(() => {
    document.title = "Compare · scenario";
  }, []);
  const top = html`<${Crumbs} steps=${[["Runs", to.runs()], ["Compare"]]} />`;
  if (!asked) {
    return html`${top}<div class="head"><h1>Compare</h1></div><${Empty} title="Choose two runs"><p>Mark two in <a href=${to.runs()}>the list of runs</a>, with their boxes or <kbd>x</kbd>, then compare.</p><//>`;
  }
  if (!value) {
    return html`${top}<div class="head"><h1>Compare</h1></div>${error ? html`<${Gone} error=${error} what="run to compare with"><p>Mark two in <a href=${to.runs()}>the list of runs</a>, then compare.</p><//>` : html`<${Loading} />`}`;
  }
  const sorted = [...value.scenarios].sort((one, other) => ORDER.indexOf(one.change) - ORDER.indexOf(other.change) || one.adjusted - other.adjusted);
  const shown = hide ? sorted.filter((each) => each.change !== "unchanged") : sorted;
  return html`${top}
    <div class="head"><div><h1>Compare</h1><${Side} name="before" side=${value.before} asked=${query.a} /><${Side} name="after" side=${value.after} asked=${query.b} /></div>
      <div class="actions"><a class="button" href=${to.compare(query.b, query.a)}>Swap</a>
        <button aria-pressed=${String(hide)} onClick=${() => go(to.compare(query.a, query.b, { ...query, changed: hide ? "" : "1" }), { replace: true })}>Hide unchanged</button></div></div>
    <${Problem} error=${error} />
    <${Overall} overall=${value.overall} alpha=${value.alpha} />
    ${!value.scenarios.length && html`<${Empty} title="Nothing to compare"><p>The two runs have no scenario in common of which trials count.</p><//>`}
    ${shown.length > 0 && html`<table class="list changes">
      <thead><tr><th>scenario</th><th>change</th><th class="number">before</th><th class="number">after</th><th class="number">difference</th><th class="number">p-value</th></tr></thead>
      <tbody>${shown.map((each) => html`<${Row} key=${each.set_id + each.label} scenario=${each} query=${query} />`)}</tbody>
    </table>`}
    ${query.left && query.right && html`<${Transcripts} query=${query} scenarios=${value.scenarios} />`}
    <div class="panels"><${Shifts} shifts=${value.shifts} /><${Left} value=${value} /></div>`;
}
