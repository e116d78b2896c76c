// Verdicts of the judge, labelled right or wrong by a reader.

import { at, put, read, remove, useAnswer } from "../api.js";
import { exactly, percent, when } from "../format.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { touches } from "../live.js";
import { Crumbs, Empty, Fact, Gone, Loading, Name, Problem, Tally, Verdict } from "../parts/common.js";
import { Message } from "../parts/message.js";
import { Markdown, Words } from "../parts/text.js";
import { go, queryText, to } from "../router.js";
import { toolNames } from "../timeline.js";

const same = (one, other) => one.run === other.run && one.criterion === other.criterion;

/** The verdicts of runs, in order; those that have a label know it. Pure. */
export function verdictsOf(wholes, labels) {
  return wholes.flatMap((whole) =>
    whole.criteria.map((verdict) => ({
      run: whole.run.id,
      name: whole.run.name,
      trial: whole.run.trial,
      whole,
      verdict,
      criterion: verdict.criterion,
      label: labels.find((each) => each.run_id === whole.run.id && each.criterion === verdict.criterion) ?? null,
    })),
  );
}

function Agreement({ value }) {
  if (!value) return null;
  const share = (number) => (number === null ? "–" : percent(number));
  return html`<dl class="facts">
    <${Fact} name="labels">${value.labels}<//>
    <${Fact} name="agreement">${share(value.agreement)}<//>
    <${Fact} name="precision" title="How many of the judge's failures are real">${share(value.precision)}<//>
    <${Fact} name="recall" title="How many of the real failures the judge found">${share(value.recall)}<//>
    <${Fact} name="kappa" title="Agreement beyond chance; 1 is perfect, 0 is chance">${value.kappa === null ? "–" : value.kappa.toFixed(2)}<//>
  </dl>`;
}

const SIGNS = { passed: "✓", failed: "✕", inconclusive: "?" };

function Item({ item, current, onPick }) {
  return html`<li><button class="pick-verdict" aria-current=${current ? "true" : undefined} onClick=${onPick}>
    <span class=${`sign ${item.verdict.status}`} role="img" aria-label=${item.verdict.status} title=${item.verdict.status}>${SIGNS[item.verdict.status]}</span>
    <span class="grow"><${Words} text=${item.criterion} /><small><${Words} text=${item.name} />${item.trial !== null ? `, trial ${item.trial}` : ""}</small></span>
    ${item.label && html`<span class=${`badge ${item.label.label === "right" ? "passed" : "failed"}`}>${item.label.label}</span>`}
  </button></li>`;
}

function Note({ item, onSave }) {
  const field = useRef(null);
  const save = (event) => {
    event.preventDefault();
    onSave(field.current.value);
    field.current.blur();
  };
  return html`<form class="note" onSubmit=${save} key=${item.run + item.criterion}>
    <textarea id="note" ref=${field} rows="2" aria-label="Note" placeholder=${item.label ? "Why (m)" : "Why (m); kept with the label"} defaultValue=${item.label?.note ?? ""}
      onKeyDown=${(event) => event.key === "Escape" && event.target.blur()}></textarea>
    <button disabled=${!item.label}>Save note</button>
  </form>`;
}

function One({ item, onLabel, onClear, onNote }) {
  const { verdict, whole } = item;
  const names = toolNames(whole.messages);
  const mine = whole.messages.map((message) => ({ ...message, evidence: message.evidence.filter((each) => each.criterion === item.criterion) }));
  const chosen = item.label?.label;
  return html`<section class="panel one" aria-label="Verdict">
    <p><${Verdict} status=${verdict.status} /> <b><${Words} text=${item.criterion} /></b></p>
    ${verdict.reasoning && html`<div class="soft"><${Markdown} text=${verdict.reasoning} /></div>`}
    <div class="actions">
      <button aria-pressed=${String(chosen === "right")} onClick=${() => onLabel("right")}>Right <kbd>y</kbd></button>
      <button aria-pressed=${String(chosen === "wrong")} onClick=${() => onLabel("wrong")}>Wrong <kbd>n</kbd></button>
      ${chosen && html`<button class="quiet" onClick=${onClear}>Take away <kbd>u</kbd></button>`}
      <a class="button" href=${to.run(item.run, { criterion: item.criterion })}>Open the run</a>
    </div>
    <${Note} item=${item} onSave=${onNote} />
    <ol class="messages">${mine.map((message) => html`<${Message} key=${message.number} run=${item.run} message=${message} names=${names} startedAt=${whole.run.started_at} source=${whole.run.source} />`)}</ol>
  </section>`;
}

/** Whole runs, read one by one: first the one that the address names, then in order. */
function useWholes(batch, runs, first) {
  const [state, setState] = useState({ wholes: [], error: null, done: false });
  const key = runs.map((each) => `${each.id}:${each.change}`).join();
  useEffect(() => {
    let gone = false;
    const load = async () => {
      const found = [];
      const inOrder = () => runs.flatMap((each) => found.filter((whole) => whole.run.id === each.id));
      for (const each of [...runs.filter((run) => run.id === first), ...runs.filter((run) => run.id !== first)]) {
        try {
          found.push(await read(at("runs", each.id)));
        } catch (error) {
          if (!gone) setState((old) => ({ ...old, error }));
        }
        if (gone) return;
        if (found.length === 1 || found.length % 10 === 0) setState({ wholes: inOrder(), error: null, done: false });
      }
      setState((old) => ({ ...old, wholes: inOrder(), done: true }));
    };
    load();
    return () => {
      gone = true;
    };
  }, [batch, key]);
  return state;
}

function List({ items, query, batch, labels }) {
  const here = Math.max(0, items.findIndex((each) => same(each, query)));
  const item = items[here];
  const moved = useRef(false); // by the reader: then the page goes to the evidence
  const pick = (place) => {
    moved.current = true;
    const found = items[Math.min(items.length - 1, Math.max(0, place))];
    go(to.review(batch, { ...query, run: found.run, criterion: found.criterion }), { replace: true });
  };
  useEffect(() => {
    const row = document.querySelector(".verdicts [aria-current]")?.parentElement;
    const list = row?.parentElement;
    const seen = row && row.offsetTop >= list.scrollTop && row.offsetTop + row.offsetHeight <= list.scrollTop + list.clientHeight;
    if (row && !seen) list.scrollTop = row.offsetTop - list.clientHeight / 2;
  }, [item?.run, item?.criterion, items.length]);
  useEffect(() => {
    if (moved.current) document.querySelector(".one .is-evidence")?.scrollIntoView({ block: "nearest" });
  }, [item?.run, item?.criterion]);
  const set = async (label, note, onward) => {
    await labels.set(item, label, note);
    if (onward) pick(here + 1);
  };
  const note = () => document.getElementById("note")?.value ?? "";
  useKeys({
    j: () => pick(here + 1),
    k: () => pick(here - 1),
    y: () => set("right", note(), true),
    n: () => set("wrong", note(), true),
    u: () => item.label && labels.clear(item),
    m: () => document.getElementById("note").focus(),
  });
  return html`<div class="review">
    <ol class="verdicts" aria-label="Verdicts">${items.map((each, place) => html`<${Item} key=${each.run + each.criterion} item=${each} current=${place === here} onPick=${() => pick(place)} />`)}</ol>
    <${One} item=${item} onLabel=${(label) => set(label, note(), false)} onClear=${() => labels.clear(item)} onNote=${(words) => item.label && set(item.label.label, words, false)} />
  </div>`;
}

function Choose() {
  const { value, error } = useAnswer("/batches?limit=20", () => true);
  if (!value) return error ? html`<${Problem} error=${error} />` : html`<${Loading} />`;
  if (!value.batches.length) return html`<${Empty} title="There is nothing to review"><p>Play scenarios with a judge first.</p><//>`;
  return html`<p class="soft">Whose verdicts?</p><ul class="found choose">${value.batches.map((each) => html`<li data-row key=${each.id}><a class="main" href=${to.review(each.id)}><${Name} text=${each.name} /></a> <time class="faint" title=${exactly(each.started_at)}>${when(each.started_at)}</time> <small><${Tally} batch=${each} /></small></li>`)}</ul>`;
}

function Reviewed({ batch, query, found }) {
  const scope = queryText({ batch });
  const labels = useAnswer(`/labels${scope}`);
  const agreement = useAnswer(`/labels/agreement${scope}`);
  const [problem, setProblem] = useState(null);
  const runs = (found.value?.scenarios ?? []).flatMap((each) => each.runs).filter((run) => run.state === "finished");
  const { wholes, error, done } = useWholes(batch, runs, query.run);
  const change = async (act) => {
    try {
      await act();
      setProblem(null);
    } catch (failed) {
      setProblem(failed);
    }
    await Promise.all([labels.again(), agreement.again()]);
  };
  const keep = {
    set: (item, label, note) => change(() => put(at("labels", item.run, item.criterion), { label, note })),
    clear: (item) => change(() => remove(at("labels", item.run, item.criterion))),
  };
  const all = verdictsOf(wholes, labels.value?.labels ?? []);
  const items = query.show === "unlabelled" ? all.filter((each) => !each.label || same(each, query)) : query.show === "failed" ? all.filter((each) => each.verdict.status !== "passed") : all;
  const nothing = !all.length ? "No judge has judged in this run." : query.show === "failed" ? "Every criterion was met." : "All verdicts have a label.";
  if (!found.value && found.error) return html`<${Gone} error=${found.error} what="run" />`;
  const show = (value) => go(to.review(batch, { ...query, show: value }), { replace: true });
  return html`<${Problem} error=${problem ?? error ?? found.error ?? labels.error} />
    <${Agreement} value=${agreement.value} />
    <div class="filters" role="group" aria-label="Show">
      ${[["", "all"], ["failed", "not met"], ["unlabelled", "without a label"]].map(([key, words]) => html`<button key=${key} aria-pressed=${String((query.show ?? "") === key)} onClick=${() => show(key)}>${words}</button>`)}
      <a class="button" href=${`api/v1/labels/export${scope}`} download="labels.jsonl">Export labels</a>
    </div>
    ${!items.length && (done || (found.value && !runs.length) ? html`<${Empty} title="No verdict is like that"><p>${nothing}</p><//>` : html`<${Loading} />`)}
    ${items.length > 0 && html`<${List} items=${items} query=${query} batch=${batch} labels=${keep} />`}`;
}

/** The screen. */
export function Review({ query }) {
  useEffect(() => {
    document.title = "Review · scenario";
  }, []);
  const { batch } = query;
  const found = useAnswer(batch ? at("batches", batch) : null, (change) => touches(change, (run) => run.batch_id === batch));
  return html`<${Crumbs} steps=${batch ? [["Runs", to.runs()], [found.value?.batch.name ?? "Batch", to.batch(batch)], ["Review"]] : [["Runs", to.runs()], ["Review"]]} />
    <div class="head"><div><h1>Review</h1><p class="soft">Say of each verdict whether it is right; the figures tell how far to trust the judge.</p></div></div>
    ${batch ? html`<${Reviewed} key=${batch} batch=${batch} query=${query} found=${found} />` : html`<${Choose} />`}`;
}
