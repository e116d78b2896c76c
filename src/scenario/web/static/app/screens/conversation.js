// One run: what was said, and why it ended so.

import { at, useAnswer } from "../api.js";
import { attemptsOf, takenBack } from "../attack.js";
import { dollars, duration, exactly, many } from "../format.js";
import { html, useEffect } from "../html.js";
import { useKeys } from "../keys.js";
import { touches } from "../live.js";
import { Beside, Criteria } from "../parts/beside.js";
import { Crumbs, Empty, Fact, Gone, Loading, Outcome, Problem } from "../parts/common.js";
import { Message } from "../parts/message.js";
import { Words } from "../parts/text.js";
import { isToldWhy, Why } from "../parts/why.js";
import { go, to } from "../router.js";
import { timeline, toolNames } from "../timeline.js";

function Checkpoint({ run, value }) {
  const failed = value.criteria.filter((each) => each.status !== "passed").length;
  return html`<li class=${`aside-line checkpoint ${value.passed ? "passed" : "failed"}`}>
    <details open=${!value.passed}><summary>Checkpoint ${value.passed ? "passed" : "not passed"}: ${many(value.criteria.length, "criterion", "criteria")}${failed ? `, ${failed} not met` : ""}</summary>
      <${Criteria} run=${run} verdicts=${value.criteria} />
    </details>
  </li>`;
}

function Rollback({ item, shared }) {
  return html`<li class="aside-line rollback"><details>
    <summary><${Words} text=${takenBack(item.removed, shared.attempts) || `${many(item.value.count, "message")} rolled back here`} /></summary>
    <ol class="messages">${item.removed.map((message) => html`<${Message} key=${message.number} message=${message} ...${shared} gone=${true} />`)}</ol>
  </details></li>`;
}

function Item({ item, shared, current }) {
  switch (item.kind) {
    case "turn":
      return html`<li class="turn" aria-hidden="true">turn ${item.value + 1}</li>`;
    case "checkpoint":
      return html`<${Checkpoint} run=${shared.run} value=${item.value} />`;
    case "rollback":
      return html`<${Rollback} item=${item} shared=${shared} />`;
    case "warning":
      return html`<li class="aside-line warning"><b>Warning</b> ${item.value.agent && html`<${Words} text=${item.value.agent} />: `}<${Words} text=${item.value.text} /></li>`;
    default:
      return html`<${Message} message=${item.value} current=${current} ...${shared} />`;
  }
}

function Head({ value }) {
  const { run, neighbours } = value;
  return html`<${Crumbs} steps=${[["Runs", to.runs()], [value.batch_name, to.batch(run.batch_id)], [run.name, to.scenario(run.batch_id, run.name)], [run.trial === null ? "Run" : `Trial ${run.trial}`]]} />
    <div class="head">
      <div>
        <h1><${Words} text=${run.name} /> <${Outcome} run=${run} /></h1>
        ${run.description && html`<p class="soft clamp" title=${run.description}><${Words} text=${run.description} /></p>`}
      </div>
      <div class="actions">
        <a class=${`button ${neighbours.previous ? "" : "off"}`} href=${neighbours.previous ? to.run(neighbours.previous) : undefined} title="Previous run  [">← previous</a>
        <a class=${`button ${neighbours.next ? "" : "off"}`} href=${neighbours.next ? to.run(neighbours.next) : undefined} title="Next run  ]">next →</a>
      </div>
    </div>
    <dl class="facts">
      <${Fact} name="began">${exactly(run.started_at)}<//>
      <${Fact} name="turns">${run.turns}<//>
      <${Fact} name="time">${duration(run.seconds)}<//>
      <${Fact} name="cost">${dollars(run.cost)}<//>
      <${Fact} name="who">${run.agents.map((each, place) => html`${place > 0 && ", "}<span key=${each.name} title=${each.role}><${Words} text=${each.name} /></span>`)}<//>
      ${run.ending && html`<${Fact} name="the user"><${Words} text=${[run.ending.kind.replaceAll("_", " "), run.ending.reason].filter(Boolean).join(": ")} /><//>`}
    </dl>`;
}

function useJumps(query, ready) {
  useEffect(() => {
    if (!ready) return;
    const target = query.m !== undefined ? document.getElementById(`m${query.m}`) : query.criterion && [...document.querySelectorAll("#criteria [data-criterion]")].find((each) => each.dataset.criterion === query.criterion);
    if (!target) return;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  }, [query.m, query.criterion, ready]);
}

function moveTo(selector, run, query, by) {
  const found = [...document.querySelectorAll(selector)];
  const order = found.map((each) => Number(each.id.slice(1)));
  const here = query.m === undefined ? (by > 0 ? -1 : Infinity) : Number(query.m);
  const next = by > 0 ? order.find((each) => each > here) : order.reverse().find((each) => each < here);
  if (next !== undefined) go(to.run(run, { m: next }), { replace: true });
}

function foldAll() {
  const all = [...document.querySelectorAll("details.tool")];
  const open = all.some((each) => !each.open);
  for (const each of all) each.open = open;
}

/** The screen. */
export function Conversation({ run, query }) {
  const { value, error } = useAnswer(at("runs", run), (change) => touches(change, (each) => each.id === run));
  useJumps(query, value !== null);
  useKeys({
    n: () => moveTo(".conversation > .messages > .message", run, query, 1),
    p: () => moveTo(".conversation > .messages > .message", run, query, -1),
    e: () => moveTo(".conversation > .messages > .is-evidence", run, query, 1),
    o: foldAll,
    "]": () => value?.neighbours.next && go(to.run(value.neighbours.next)),
    "[": () => value?.neighbours.previous && go(to.run(value.neighbours.previous)),
  });
  useEffect(() => {
    if (value) document.title = `${value.run.name} · scenario`;
  }, [value]);
  if (!value) return error ? html`<${Gone} error=${error} what="conversation" />` : html`<${Loading} />`;
  const shared = { run, source: value.run.source, names: toolNames([...value.messages, ...value.removed]), startedAt: value.run.started_at, attempts: attemptsOf(value.attack) };
  const current = query.m === undefined ? null : Number(query.m);
  return html`<${Head} value=${value} />
    <${Problem} error=${error} />
    <${Why} value=${value} />
    <div class="split">
      <section class="conversation" aria-label="Conversation">
        <ol class="messages">
          ${timeline(value).map((item) => html`<${Item} key=${`${item.kind}-${item.value.number ?? `${item.value}${item.at ?? ""}`}`} item=${item} shared=${shared} current=${item.kind === "message" && item.value.position === current} />`)}
        </ol>
        ${!value.messages.length && html`<${Empty} title="Nothing has been said"><p>${value.run.state === "running" ? "Messages are shown here as they are said." : "The run ended before the first message."}</p><//>`}
        ${value.run.state === "running" && html`<p class="badge running running-now" role="status">the conversation goes on</p>`}
      </section>
      <${Beside} value=${value} criterion=${query.criterion} again=${!isToldWhy(value.run)} />
    </div>`;
}
