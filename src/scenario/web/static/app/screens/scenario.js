// One scenario of a batch: its trials, how steady it is, which criteria fail, and how it was before.

import { at, useAnswer } from "../api.js";
import { dollars, duration, many, percent, when } from "../format.js";
import { html, useEffect } from "../html.js";
import { touches } from "../live.js";
import { Curve } from "../parts/chart.js";
import { Crumbs, Fact, Gone, Loading, Outcome, Problem, Rate } from "../parts/common.js";
import { Legend, Strip } from "../parts/trials.js";
import { Words } from "../parts/text.js";
import { to } from "../router.js";

const SIGNS = { passed: "✓", failed: "✕", inconclusive: "?" };
const TONES = { passed: "passed", failed: "failed", inconclusive: "fault" };

function Heat({ heat, runs }) {
  if (!heat.criteria.length) return html`<p class="faint">No criterion was judged.</p>`;
  const trial = Object.fromEntries(runs.map((run, place) => [run.id, run.trial ?? place + 1]));
  return html`<div class="wide" tabindex="0" role="group" aria-label="Criteria and trials">
    <table class="heat">
      <thead><tr><th>criterion</th>${heat.runs.map((id) => html`<th key=${id}><a href=${to.run(id)} aria-label=${`Trial ${trial[id]}`}>${trial[id]}</a></th>`)}</tr></thead>
      <tbody>${heat.criteria.map((criterion, row) => html`<tr key=${criterion}>
        <th scope="row"><${Words} text=${criterion} /></th>
        ${heat.runs.map((id, column) => {
          const status = heat.cells[row][column];
          return html`<td key=${id}>${status && html`<a class=${`cell ${TONES[status]}`} href=${to.run(id, { criterion })} title=${`Trial ${trial[id]}: ${status}`} aria-label=${`Trial ${trial[id]}: ${status}`}>${SIGNS[status]}</a>`}</td>`;
        })}
      </tr>`)}</tbody>
    </table>
  </div>`;
}

function Steadiness({ curve }) {
  if (curve.length < 2) return html`<p class="faint">When two trials or more count, the chance that several in a row pass is drawn here. Play more with <code>--trials 5</code>.</p>`;
  const points = curve.map((each) => ({ x: each.k, words: String(each.k), value: each.all_pass, low: each.all_interval?.low, high: each.all_interval?.high }));
  return html`<${Curve} points=${points} label="pass^k: the chance that k trials all pass, with its 95 % interval" />`;
}

function History({ history, batch }) {
  if (history.length < 2) return html`<p class="faint">This is the only run of the scenario. The next ones are drawn here.</p>`;
  const drawn = history.filter((each) => each.pass_rate !== null).slice(-20);
  const days = drawn.map((each) => when(each.started_at).split(", "));
  const words = (place) => days[place][place > 0 && days[place - 1][0] === days[place][0] ? 1 : 0]; // the time, where the day is that before
  const points = drawn.map((each, place) => ({ x: place, words: words(place), value: each.pass_rate, low: each.interval?.low, high: each.interval?.high }));
  return html`${drawn.length > 0 && html`<${Curve} points=${points} label="Pass rate over runs, with its 95 % interval" />`}
    <ul class="history">
      ${history.slice(-8).reverse().map((each) => html`<li key=${each.batch_id}>
        <a href=${to.batch(each.batch_id)} aria-current=${each.batch_id === batch ? "true" : undefined}>${when(each.started_at)}</a>
        <span>${each.counted ? html`${percent(each.pass_rate)} <small>${each.passed} of ${each.counted}</small>` : html`<small>no trial counts</small>`}</span>
        <span class="clip" title=${each.branch ?? ""}>${each.commit && html`<code>${each.commit.slice(0, 8)}</code>`} <small><${Words} text=${each.branch ?? ""} /></small></span>
      </li>`)}
    </ul>`;
}

const UNENDED = { interrupted: "Its process ended before it did.", stalled: "Its client has told nothing for a while, and no end." };

function Trials({ runs }) {
  return html`<table class="list">
    <thead><tr><th>trial</th><th>outcome</th><th>why</th><th class="number">turns</th><th class="number">cost</th><th class="number">time</th></tr></thead>
    <tbody>${runs.map((run, place) => html`<tr data-row key=${run.id} class=${run.is_retried ? "retried" : ""}>
      <td class="name"><a class="main" href=${to.run(run.id)}>Trial ${run.trial ?? place + 1}</a>${run.is_retried && html` <small>played again later</small>`}</td>
      <td data-label="outcome"><${Outcome} run=${run} /></td>
      <td data-label="why" class="why"><span class="clamp"><${Words} text=${run.fault?.reason ?? run.reasoning ?? UNENDED[run.state] ?? ""} /></span></td>
      <td data-label="turns" class="number">${run.turns}</td>
      <td data-label="cost" class="number">${dollars(run.cost)}</td>
      <td data-label="time" class="number">${duration(run.seconds)}</td>
    </tr>`)}</tbody>
  </table>`;
}

/** The screen. */
export function Scenario({ batch, scenario: name, query }) {
  const { value, error } = useAnswer(at("batches", batch, "scenarios", name) + (query.set ? `?set=${encodeURIComponent(query.set)}` : ""), (change) =>
    touches(change, (run) => run.name === name),
  );
  useEffect(() => {
    document.title = `${name} · scenario`;
  }, [name]);
  if (!value) return error ? html`<${Gone} error=${error} what="scenario"><p><a href=${to.batch(batch)}>See the run</a></p><//>` : html`<${Loading} />`;
  const { scenario, heat, curve, history } = value;
  return html`<${Crumbs} steps=${[["Runs", to.runs()], [value.batch.name, to.batch(batch)], [scenario.label]]} />
    <div class="head"><div>
      <h1><${Words} text=${scenario.label} /> ${scenario.is_flaky && html`<span class="badge fault">flaky</span>`}</h1>
      <p class="soft"><${Words} text=${scenario.description} /></p>
    </div></div>
    <${Problem} error=${error} />
    <dl class="facts">
      <${Fact} name="pass rate"><${Rate} rate=${scenario.pass_rate} interval=${scenario.interval} /><//>
      <${Fact} name="trials">${many(scenario.trials, "trial")}${scenario.trials < scenario.planned ? ` of ${scenario.planned}` : ""}<//>
      <${Fact} name="cost" title="Of all trials">${dollars(scenario.cost)}<//>
      <${Fact} name="time" title="The median of a trial">${duration(scenario.seconds)}<//>
    </dl>
    <${Strip} runs=${scenario.runs} /><${Legend} runs=${scenario.runs} />
    <div class="panels">
      <section class="panel"><h2>How often several in a row pass</h2><${Steadiness} curve=${curve} /></section>
      <section class="panel"><h2>Over runs</h2><${History} history=${history} batch=${batch} /></section>
    </div>
    <section class="panel"><h2>Criteria by trial</h2><${Heat} heat=${heat} runs=${scenario.runs} /></section>
    <section><h2>Trials</h2><${Trials} runs=${scenario.runs} /></section>`;
}
