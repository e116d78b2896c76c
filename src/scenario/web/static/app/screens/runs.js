// The batches of the store.

import { at, read, remove, useAnswer } from "../api.js";
import { ago, dayOf, dollars, duration, exactly, many, momentOf, shortName } from "../format.js";
import { html, useEffect, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { Commit, Empty, Loading, Name, Problem, Question, Rate, ShortTally, State } from "../parts/common.js";
import { Words } from "../parts/text.js";
import { go, queryText, to } from "../router.js";

const RESULTS = [["", "any result"], ["passed", "all passed"], ["failed", "with failures"], ["faults", "with faults"]];
const STATES = [["", "any state"], ["running", "running"], ["finished", "finished"], ["interrupted", "interrupted"], ["stalled", "stalled"]];
const SOURCES = [["", "any client"], ["local", "this library"], ["remote", "other clients"]];

const options = (found, words) => [["", words], ...found.map((each) => [each, shortName(each)])];

function Select({ name, label, value, choices, onChoose }) {
  return html`<select name=${name} aria-label=${label} value=${value ?? ""} onChange=${(event) => onChoose(name, event.target.value)}>
    ${choices.map(([key, words]) => html`<option key=${key} value=${key} selected=${(value ?? "") === key}>${words}</option>`)}
  </select>`;
}

function Day({ label, value, onChoose }) {
  return html`<label>${label} <input type="date" value=${dayOf(value)} onChange=${(event) => onChoose(event.target.value)} /></label>`;
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
    <span class="days">
      <${Day} label="from" value=${query.since} onChoose=${(day) => choose("since", momentOf(day))} />
      <${Day} label="to" value=${query.until} onChoose=${(day) => choose("until", momentOf(day, 1))} />
    </span>
    ${filtered && html`<button class="quiet" onClick=${() => go(to.runs(), { replace: true })}>Clear filters</button>`}
  </div>`;
}

/** What a row says of a batch beside its name: a set that is the name, or the only default one, tells nothing. Pure. */
export function setsTold(batch) {
  const words = batch.sets.join(", ");
  return words === batch.name || words === "default" ? "" : words;
}

/** How long a batch took, or how long it goes on. Pure. */
export const lasted = (batch, now = Date.now() / 1000) => duration(batch.state === "running" ? Math.max(batch.seconds, now - batch.started_at) : batch.seconds);

function Row({ batch, chosen, onChoose, onDelete }) {
  const told = [batch.source === "remote" ? "another client" : "", many(batch.scenarios, "scenario"), shortName(setsTold(batch))].filter(Boolean).join(" · ");
  const known = batch.tokens > 0 || batch.cost > 0;
  return html`<tr data-row data-batch=${batch.id} class=${chosen ? "chosen" : ""}>
    <td class="pick"><input type="checkbox" aria-label=${`Choose ${batch.name}`} checked=${chosen} onChange=${onChoose} /></td>
    <td class="name">
      <a class="main" href=${to.batch(batch.id)}><${Name} text=${batch.name} /></a> <${State} batch=${batch} />
      ${batch.tags.map((tag) => html` <span class="tag" key=${tag}><${Words} text=${tag} /></span>`)}
      <small title=${batch.id}><${Words} text=${told} /></small>
    </td>
    <td data-label="when" class="when"><time title=${exactly(batch.started_at)}>${ago(batch.started_at)}</time></td>
    <td data-label="commit" class="commit"><${Commit} batch=${batch} /></td>
    <td data-label="pass rate"><${Rate} rate=${batch.pass_rate} interval=${batch.interval} /></td>
    <td data-label="trials"><${ShortTally} batch=${batch} /></td>
    <td data-label="cost" class="number" title=${batch.unpriced_calls ? `${many(batch.unpriced_calls, "call")} of unknown price` : ""}>${known ? dollars(batch.cost) : "–"}${batch.unpriced_calls ? " +" : ""}</td>
    <td data-label="time" class="number">${lasted(batch)}</td>
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
    ${batches.length > 0 && html`<table class="list runs">
      <thead><tr><th><span class="unseen">chosen</span></th><th>run</th><th>when</th><th>commit</th><th>pass rate</th><th>trials</th><th class="number">cost</th><th class="number">time</th><th><span class="unseen">delete</span></th></tr></thead>
      <tbody>${batches.map((batch) => html`<${Row} key=${batch.id} batch=${batch} chosen=${ids.includes(batch.id)}
        onChoose=${() => toggle(batch.id)} onDelete=${() => setDoomed(batch)} />`)}</tbody>
    </table>`}
    ${cursor && html`<p class="more"><button onClick=${more}>Show older runs</button></p>`}
    ${doomed && html`<${Question} title="Delete this run?" action="Delete" onYes=${erase} onNo=${() => setDoomed(null)}>
      <p><b><${Name} text=${doomed.name} /></b> with ${many(doomed.runs, "conversation")} of ${exactly(doomed.started_at)} will be gone from the store for good.</p>
    <//>`}`;
}
