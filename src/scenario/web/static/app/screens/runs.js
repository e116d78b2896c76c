// The batches of the store.

import { at, read, remove, useAnswer } from "../api.js";
import { ago, count, dollars, duration, exactly, many } from "../format.js";
import { html, useEffect, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { Empty, Loading, Problem, Question, Rate } from "../parts/common.js";
import { Words } from "../parts/text.js";
import { go, queryText, to } from "../router.js";

const RESULTS = [["", "any result"], ["passed", "all passed"], ["failed", "with failures"], ["faults", "with faults"]];
const STATES = [["", "any state"], ["running", "running"], ["finished", "finished"], ["interrupted", "interrupted"], ["stalled", "stalled"]];
const SOURCES = [["", "any client"], ["local", "this library"], ["remote", "other clients"]];

const options = (found, words) => [["", words], ...found.map((each) => [each, each])];

function Select({ name, label, value, choices, onChoose }) {
  return html`<select name=${name} aria-label=${label} value=${value ?? ""} onChange=${(event) => onChoose(name, event.target.value)}>
    ${choices.map(([key, words]) => html`<option key=${key} value=${key} selected=${(value ?? "") === key}>${words}</option>`)}
  </select>`;
}

function Filters({ query, branches, sets }) {
  const choose = (name, value) => go(to.runs({ ...query, [name]: value }), { replace: true });
  const filtered = Object.keys(query).length > 0;
  return html`<div class="filters" role="group" aria-label="Filters">
    <input type="search" aria-label="Name, commit or id" placeholder="Name, commit or id" value=${query.q ?? ""}
      onInput=${(event) => choose("q", event.target.value)} />
    <${Select} name="result" label="Result" value=${query.result} choices=${RESULTS} onChoose=${choose} />
    <${Select} name="state" label="State" value=${query.state} choices=${STATES} onChoose=${choose} />
    <${Select} name="branch" label="Branch" value=${query.branch} choices=${options(branches, "any branch")} onChoose=${choose} />
    <${Select} name="set" label="Set" value=${query.set} choices=${options(sets, "any set")} onChoose=${choose} />
    <${Select} name="source" label="Client" value=${query.source} choices=${SOURCES} onChoose=${choose} />
    ${filtered && html`<button class="quiet" onClick=${() => go(to.runs(), { replace: true })}>Clear filters</button>`}
  </div>`;
}

function State({ batch }) {
  if (batch.state === "running") return html`<span class="badge running running-now">${batch.running} running</span>`;
  if (batch.state === "finished") return null;
  return html`<span class="badge idle">${batch.state}</span>`;
}

/** How many trials failed, and how many were left out and by whose fault. */
export function Tally({ batch }) {
  const faults = Object.entries(batch.faults).filter(([, number]) => number > 0);
  return html`<span class="tally">
    <span class="passed">${batch.passed} passed</span>
    ${batch.failed > 0 && html` <span class="failed">${batch.failed} failed</span>`}
    ${faults.map(([kind, number]) => html` <span class="fault" key=${kind} title="Not counted against the agent">${number} ${kind}</span>`)}
    ${batch.stalled > 0 && html` <span class="idle">${batch.stalled} stalled</span>`}
    ${batch.interrupted > 0 && html` <span class="idle">${batch.interrupted} interrupted</span>`}
  </span>`;
}

function Row({ batch, chosen, onChoose, onDelete }) {
  const where = [batch.branch, batch.commit?.slice(0, 8)].filter(Boolean);
  return html`<tr data-row data-batch=${batch.id} class=${chosen ? "chosen" : ""}>
    <td class="pick"><input type="checkbox" aria-label=${`Choose ${batch.name}`} checked=${chosen} onChange=${onChoose} /></td>
    <td class="name">
      <a class="main" href=${to.batch(batch.id)}><${Words} text=${batch.name} /></a> <${State} batch=${batch} />
      <small title=${batch.id}>${batch.source === "remote" ? "another client · " : ""}${many(batch.scenarios, "scenario")} · <${Words} text=${batch.sets.join(", ")} /></small>
    </td>
    <td data-label="when"><time title=${exactly(batch.started_at)}>${ago(batch.started_at)}</time></td>
    <td data-label="commit" class="commit">${where.length ? html`<${Words} text=${where[0]} />${where[1] && html` <code>${where[1]}</code>`}` : html`<span class="faint">–</span>`}
      ${batch.changed && html` <span class="faint" title="The tree had changes that were not committed">changed</span>`}</td>
    <td data-label="pass rate"><${Rate} rate=${batch.pass_rate} interval=${batch.interval} /></td>
    <td data-label="trials"><${Tally} batch=${batch} /></td>
    <td data-label="cost" class="number" title=${batch.unpriced_calls ? `${many(batch.unpriced_calls, "call")} of unknown price` : ""}>${dollars(batch.cost)}${batch.unpriced_calls ? " +" : ""}</td>
    <td data-label="time" class="number">${duration(batch.seconds)}</td>
    <td class="end"><button class="quiet" aria-label=${`Delete ${batch.name}`} title="Delete" onClick=${onDelete}>✕</button></td>
  </tr>`;
}

function Chosen({ chosen, onClear }) {
  if (!chosen.length) return null;
  const [after, before] = chosen;
  return html`<div class="bar" role="status">
    <span>${chosen.length === 1 ? "One run is chosen. Choose another to compare." : "Two runs are chosen."}</span>
    ${chosen.length === 2 && html`<a class="button primary" href=${to.compare(before.id, after.id)}>Compare</a>`}
    <button class="quiet" onClick=${onClear}>Clear</button>
  </div>`;
}

const NothingYet = () => html`<${Empty} title="Nothing has been played yet">
  <p>Play the bundled scenarios, or your own:</p>
  <pre>scenario demo --store .scenario/runs.db${"\n"}pytest tests/</pre>
  <p>Runs are shown here as they happen. Tests with another client of the protocol come here, too, when their endpoint is this address:</p>
  <pre>LANGWATCH_ENDPOINT=${location.origin}</pre>
<//>`;

const NothingFound = () => html`<${Empty} title="No run is like that">
  <p>The filters leave nothing over. <a href=${to.runs()}>Show all runs</a>.</p>
<//>`;

function useMore(first, query) {
  const [more, setMore] = useState({ batches: [], cursor: null, used: false });
  const key = JSON.stringify(query);
  useEffect(() => setMore({ batches: [], cursor: null, used: false }), [key]);
  const cursor = more.used ? more.cursor : first?.next_cursor;
  const load = async () => {
    const found = await read(`/batches${queryText({ ...query, cursor })}`);
    setMore((old) => ({ batches: [...old.batches, ...found.batches], cursor: found.next_cursor, used: true }));
  };
  const ids = new Set((first?.batches ?? []).map((each) => each.id));
  return [[...(first?.batches ?? []), ...more.batches.filter((each) => !ids.has(each.id))], cursor, load];
}

/** The screen. */
export function Runs({ query }) {
  const { value, error, again } = useAnswer(`/batches${queryText(query)}`, () => true);
  const [last, setLast] = useState(null);
  const known = value ?? last; // while a filter is asked for, what was there stays
  const [batches, cursor, more] = useMore(known, query);
  const [ids, setIds] = useState([]);
  const [doomed, setDoomed] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    document.title = "Runs · scenario";
  }, []);
  useEffect(() => {
    if (value) setLast(value);
  }, [value]);
  const toggle = (id) => setIds((old) => (old.includes(id) ? old.filter((each) => each !== id) : [...old, id].slice(-2)));
  const chosen = batches.filter((each) => ids.includes(each.id));
  const erase = async () => {
    setDoomed(null);
    try {
      await remove(at("batches", doomed.id));
      setIds((old) => old.filter((each) => each !== doomed.id));
      setProblem(null);
    } catch (found) {
      setProblem(found);
    }
    again();
  };
  useKeys({
    x: () => {
      const row = document.activeElement?.closest("[data-batch]");
      if (row) toggle(row.dataset.batch);
    },
    c: () => chosen.length === 2 && go(to.compare(chosen[1].id, chosen[0].id)),
  });
  const filtered = Object.keys(query).length > 0;
  return html`<div class="head"><div><h1>Runs</h1></div></div>
    <${Filters} query=${query} branches=${known?.branches ?? []} sets=${known?.sets ?? []} />
    <${Problem} error=${error ?? problem} />
    <${Chosen} chosen=${chosen} onClear=${() => setIds([])} />
    ${!known && !error && html`<${Loading} />`}
    ${value && !batches.length && (filtered ? html`<${NothingFound} />` : html`<${NothingYet} />`)}
    ${batches.length > 0 && html`<table class="list">
      <thead><tr><th><span class="unseen">chosen</span></th><th>run</th><th>when</th><th>commit</th><th>pass rate</th><th>trials</th><th class="number">cost</th><th class="number">time</th><th><span class="unseen">delete</span></th></tr></thead>
      <tbody>${batches.map((batch) => html`<${Row} key=${batch.id} batch=${batch} chosen=${ids.includes(batch.id)}
        onChoose=${() => toggle(batch.id)} onDelete=${() => setDoomed(batch)} />`)}</tbody>
    </table>`}
    ${cursor && html`<p class="more"><button onClick=${more}>Show older runs</button></p>`}
    ${doomed && html`<${Question} title="Delete this run?" action="Delete" onYes=${erase} onNo=${() => setDoomed(null)}>
      <p><b><${Words} text=${doomed.name} /></b> with ${many(doomed.runs, "conversation")} of ${exactly(doomed.started_at)} will be gone from the store for good.</p>
    <//>`}`;
}
