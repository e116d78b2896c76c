// Why a conversation did not pass: what failed, why, where, and how to play it again.

import { many } from "../format.js";
import { html } from "../html.js";
import { to } from "../router.js";
import { Again } from "./beside.js";
import { blame, kindOf } from "./common.js";
import { Markdown, Words } from "./text.js";

const ENDED = {
  interrupted: ["Interrupted.", "Its process ended before it did."],
  stalled: ["Stalled.", "Its client has told nothing for a while, and no end."],
  cancelled: ["Cancelled.", "Somebody or something ended it from outside. Not counted against the agent."],
};

/** Whether there is something to explain. Pure. */
export const isToldWhy = (run) => run.state !== "running" && run.outcome !== "passed";

/** What failed, in a headline with a sentence, and the tone of it. Pure. */
export function headline(run, criteria) {
  const kind = kindOf(run);
  if (ENDED[kind]) return { tone: "idle", title: ENDED[kind][0], words: ENDED[kind][1] };
  if (kind === "fault") return { tone: "fault", title: "Not counted against the agent.", words: blame(run.fault.kind) };
  if (kind === "error") return { tone: "failed", title: "Ended with an error.", words: "" };
  const failed = criteria.filter((each) => each.status === "failed").length;
  const unsure = criteria.filter((each) => each.status === "inconclusive").length;
  const all = many(criteria.length, "criterion", "criteria");
  const parts = [failed && `${failed} of ${all} not met`, unsure && (failed ? `${unsure} not decided` : `${unsure} of ${all} not decided`)].filter(Boolean);
  return { tone: "failed", title: kind === "inconclusive" ? "Not decided." : "Failed.", words: parts.length ? `${parts.join(", ")}.` : "" };
}

const known = (place) => place !== null && place !== undefined;

/** The evidence of a verdict, one piece for each message. Pure. */
export const pieces = (verdict) => verdict.evidence.filter((each, place) => known(each.message) && verdict.evidence.findIndex((other) => other.message === each.message) === place);

function Missed({ run, verdict }) {
  return html`<li class=${verdict.status === "failed" ? "" : "undecided"}>
    <p><a class="what" href=${to.run(run, { criterion: verdict.criterion })}><${Words} text=${verdict.criterion} /></a>${verdict.reasoning && html`: <${Words} text=${verdict.reasoning} />`}</p>
    ${pieces(verdict).map((each) => html`<p class="where" key=${each.message}>${each.quote && html`<q class="clamp"><${Words} text=${each.quote} /></q> `}<a href=${to.run(run, { m: each.message })}>see message #${each.message}</a></p>`)}
  </li>`;
}

/** The box on top of a conversation that did not pass. */
export function Why({ value }) {
  const { run, criteria, messages, replay } = value;
  if (!isToldWhy(run)) return null;
  const { tone, title, words } = headline(run, criteria);
  const missed = criteria.filter((each) => each.status !== "passed");
  // The reason of an agent's fault only names the criteria, which are told beside it.
  const told = missed.length && run.fault?.kind === "agent" ? run.reasoning : (run.fault?.reason ?? run.reasoning);
  const last = missed.some((each) => pieces(each).length) ? null : messages.at(-1);
  return html`<section class=${`why-box ${tone}`} aria-label="Why it did not pass">
    <p><b>${title}</b> ${words}</p>
    ${missed.length > 0 && html`<ul>${missed.map((each) => html`<${Missed} key=${each.criterion} run=${run.id} verdict=${each} />`)}</ul>`}
    ${told && html`<div class="told"><${Markdown} text=${told} /></div>`}
    ${run.error && html`<details class="fold"><summary>The error, whole</summary><pre tabindex="0">${run.error}</pre></details>`}
    ${last && html`<p class="where">The last that was said: <a href=${to.run(run.id, { m: last.position })}>see message #${last.position}</a></p>`}
    ${run.lost > 0 && html`<p>${many(run.lost, "fact")} of this run could not be stored.</p>`}
    <div class="again"><${Again} replay=${replay} /></div>
  </section>`;
}
