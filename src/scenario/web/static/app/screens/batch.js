// One batch: how far it is, and its scenarios.

import { at, useAnswer } from "../api.js";
import { dollars, duration, exactly, known, many, percent } from "../format.js";
import { html, useEffect } from "../html.js";
import { useKeys } from "../keys.js";
import { touches } from "../live.js";
import { Choice, Commit, Crumbs, Empty, Fact, FAULT_WORDS, Gone, kindOf, Loading, Name, Problem, Rate, State, Tally } from "../parts/common.js";
import { Legend, Strip } from "../parts/trials.js";
import { Words } from "../parts/text.js";
import { go, to } from "../router.js";
import { lasted } from "./runs.js";

const SHOWN = [["", "all"], ["failed", "failed"], ["flaky", "flaky"], ["simulator", "simulator's faults"], ["judge", "judge's faults"], ["infrastructure", "infrastructure"]];
const GROUPS = [["", "scenario"], ["tag", "tag"], ["criterion", "criterion"]];
const LAYOUTS = [["", "rows"], ["cards", "cards"]];

/** Whether a scenario is to be shown. Pure. */
export function isShown(scenario, show) {
  if (!show) return true;
  if (show === "failed") return scenario.runs.some((run) => run.verdict === "failed");
  if (show === "flaky") return scenario.is_flaky;
  return (scenario.faults[show] ?? 0) > 0;
}

/** Scenarios under headings. Pure. */
export function grouped(scenarios, by) {
  if (!by) return [["", scenarios]];
  const groups = new Map();
  for (const scenario of scenarios) {
    const names = by === "tag" ? scenario.tags : scenario.criteria.map((each) => each.criterion);
    for (const name of names.length ? names : [by === "tag" ? "without a tag" : "without criteria"]) {
      groups.set(name, [...(groups.get(name) ?? []), scenario]);
    }
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}

function Progress({ progress }) {
  const part = progress.planned ? progress.ended / progress.planned : 0;
  if (!progress.running) return null;
  const words = `${progress.ended} of ${progress.planned} trials have ended, ${progress.running} running`;
  return html`<p class="progress" role="status">
    <progress max=${progress.planned} value=${progress.ended} aria-label="Progress">${percent(part)}</progress>
    <span>${words}</span>
  </p>`;
}

function Header({ value }) {
  const { batch, progress, passes } = value;
  const most = passes.at(-1);
  return html`<${Crumbs} steps=${[["Runs", to.runs()], [batch.name]]} />
    <div class="head">
      <div><h1><${Name} text=${batch.name} /> <${State} batch=${batch} /></h1></div>
      <div class="actions">
        <a class="button" href=${to.compare("last-green", batch.id)} title="With the newest run in which everything passed">Compare with last green</a>
        <a class="button" href=${to.review(batch.id)}>Review verdicts</a>
      </div>
    </div>
    <${Progress} progress=${progress} />
    <dl class="facts">
      <${Fact} name="pass rate"><${Rate} rate=${batch.pass_rate} interval=${batch.interval} /><//>
      <${Fact} name="trials"><${Tally} batch=${batch} left=${batch.running ? 0 : batch.planned - batch.trials} /><//>
      ${most && most.k > 1 && html`<${Fact} name=${`pass^${most.k}`} title="The chance that so many trials of a scenario all pass">${percent(most.all_pass)}<//>`}
      <${Fact} name="began">${exactly(batch.started_at)}<//>
      ${(batch.branch || batch.commit) && html`<${Fact} name="commit"><${Commit} batch=${batch} /><//>`}
      <${Fact} name="cost" title=${batch.unpriced_calls ? `${many(batch.unpriced_calls, "call")} of unknown price` : ""}>${dollars(batch.cost)}${batch.unpriced_calls ? " and calls of unknown price" : ""}<//>
      <${Fact} name="time">${lasted(batch)}<//>
    </dl>`;
}

function worst(scenario) {
  return scenario.criteria.filter((each) => each.failed > 0).sort((one, other) => other.failed - one.failed);
}

/** What a scenario failed of, or why its trials say nothing: a text, its tone and what stands around it. Pure. */
export function reasonOf(scenario) {
  const failing = worst(scenario);
  const others = failing.length - 1;
  if (failing.length) return { tone: "failed", before: `${failing[0].failed} × `, text: failing[0].criterion, after: others ? `, and ${many(others, "other criterion", "other criteria")}` : "" };
  const told = scenario.runs.filter((run) => !run.is_retried && run.fault?.reason);
  const own = told.find((run) => run.fault.kind === "agent");
  if (own) return { tone: "failed", before: "", text: own.fault.reason, after: "" };
  const other = told.find((run) => kindOf(run) === "fault");
  return other ? { tone: "fault", before: `${FAULT_WORDS[other.fault.kind]}: `, text: other.fault.reason, after: "" } : null;
}

function Reason({ scenario }) {
  const reason = reasonOf(scenario);
  if (!reason) return null;
  return html`<small class=${`failing ${reason.tone}`}>${reason.before}<${Words} text=${reason.text} />${reason.after}</small>`;
}

function Row({ batch, scenario }) {
  return html`<tr data-row>
    <td class="name">
      <a class="main" href=${to.scenario(batch, scenario.name)}><${Words} text=${scenario.label} /></a>
      ${scenario.is_flaky && html` <span class="badge fault">flaky</span>`}
      ${scenario.tags.map((tag) => html` <span class="tag" key=${tag}><${Words} text=${tag} /></span>`)}
      <${Reason} scenario=${scenario} />
    </td>
    <td data-label="pass rate"><${Rate} rate=${scenario.pass_rate} interval=${scenario.interval} /></td>
    <td data-label="trials"><${Strip} runs=${scenario.runs} /></td>
    <td data-label="turns" class="number">${known(scenario.turns) ? Math.round(scenario.turns * 10) / 10 : "–"}</td>
    <td data-label="cost" class="number">${dollars(scenario.cost)}</td>
    <td data-label="time" class="number">${duration(scenario.seconds)}</td>
  </tr>`;
}

function Card({ batch, scenario }) {
  return html`<li class="card" data-row>
    <h3><a class="main" href=${to.scenario(batch, scenario.name)}><${Words} text=${scenario.label} /></a> ${scenario.is_flaky && html`<span class="badge fault">flaky</span>`}</h3>
    ${scenario.description && html`<p class="faint clamp"><${Words} text=${scenario.description} /></p>`}
    <${Reason} scenario=${scenario} />
    <${Rate} rate=${scenario.pass_rate} interval=${scenario.interval} />
    <${Strip} runs=${scenario.runs} />
    <p class="faint">${dollars(scenario.cost)} · ${duration(scenario.seconds)}</p>
  </li>`;
}

function Table({ batch, scenarios }) {
  return html`<table class="list even">
    <thead><tr><th>scenario</th><th>pass rate</th><th>trials</th><th class="number" title="The median of a trial">turns</th><th class="number" title="Of all trials">cost</th><th class="number" title="The median of a trial">time</th></tr></thead>
    <tbody>${scenarios.map((each) => html`<${Row} key=${each.set_id + each.label} batch=${batch} scenario=${each} />`)}</tbody>
  </table>`;
}

function Group({ batch, name, by, scenarios, cards }) {
  const all = scenarios.reduce((sum, each) => sum + each.counted, 0);
  const passed = scenarios.reduce((sum, each) => sum + each.passed, 0);
  const met = scenarios.flatMap((each) => each.criteria.filter((one) => one.criterion === name));
  const sum = (key) => met.reduce((total, each) => total + each[key], 0);
  return html`<section class="group">
    ${by && html`<h2><${Words} text=${name} /> <small>${by === "criterion" && met.length ? `met ${sum("passed")} times, not met ${sum("failed")}` : all ? `${passed} of ${all} trials passed` : "no trial counts"}</small></h2>`}
    ${cards ? html`<ul class="cards">${scenarios.map((each) => html`<${Card} key=${each.set_id + each.label} batch=${batch} scenario=${each} />`)}</ul>` : html`<${Table} batch=${batch} scenarios=${scenarios} />`}
  </section>`;
}

function Tools({ batch, query, choose }) {
  const search = (event) => {
    event.preventDefault();
    const words = new FormData(event.target).get("q").trim();
    if (words) go(to.search(words, batch));
  };
  return html`<div class="filters">
    <${Choice} label="Show" value=${query.show ?? ""} options=${SHOWN} onChoose=${(show) => choose({ show })} />
    <label>group by <select value=${query.group ?? ""} onChange=${(event) => choose({ group: event.target.value })}>
      ${GROUPS.map(([key, words]) => html`<option key=${key} value=${key} selected=${(query.group ?? "") === key}>${words}</option>`)}
    </select></label>
    <${Choice} label="Layout" value=${query.as ?? ""} options=${LAYOUTS} onChoose=${(as) => choose({ as })} />
    <form onSubmit=${search}><input type="search" name="q" placeholder="Search this run" aria-label="Search in these messages" /></form>
  </div>`;
}

/** The screen. */
export function Batch({ batch, query }) {
  const { value, error } = useAnswer(at("batches", batch), (change) => touches(change, (run) => run.batch_id === batch));
  const choose = (change) => go(to.batch(batch, { ...query, ...change }), { replace: true });
  useKeys({ f: () => choose({ show: query.show === "failed" ? "" : "failed" }) });
  useEffect(() => {
    if (value) document.title = `${value.batch.name} · scenario`;
  }, [value]);
  if (!value) return error ? html`<${Gone} error=${error} what="run" />` : html`<${Loading} />`;
  const scenarios = value.scenarios.filter((each) => isShown(each, query.show));
  return html`<${Problem} error=${error} />
    <${Header} value=${value} />
    <${Tools} batch=${batch} query=${query} choose=${choose} />
    ${!scenarios.length && html`<${Empty} title=${value.scenarios.length ? "No scenario is like that" : "No scenario has begun"}>
      <p>${value.scenarios.length ? html`<button onClick=${() => choose({ show: "" })}>Show all ${value.scenarios.length}</button>` : "They are shown here as they begin."}</p>
    <//>`}
    ${scenarios.length > 0 && grouped(scenarios, query.group).map(
      ([name, members]) => html`<${Group} key=${name} batch=${batch} name=${name} by=${query.group} scenarios=${members} cards=${query.as === "cards"} />`,
    )}
    <${Legend} runs=${scenarios.flatMap((each) => each.runs)} />`;
}
