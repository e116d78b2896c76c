// The trials of a scenario as a strip of small squares.

import { html } from "../html.js";
import { duration, many } from "../format.js";
import { FAULT_WORDS, KINDS, kindOf, toneOf } from "./common.js";
import { to } from "../router.js";

const SIGNS = { passed: "✓", failed: "✕", error: "!", inconclusive: "?", fault: "◇", running: "·", interrupted: "–", stalled: "…", cancelled: "⊘" };

/** What a trial was, in a sentence for people who point at it or hear it read. Pure. */
export function sentence(run, place) {
  const kind = kindOf(run);
  const word = kind === "fault" ? FAULT_WORDS[run.fault.kind] : KINDS[kind];
  const parts = [`Trial ${run.trial ?? place + 1}: ${word}`, many(run.turns, "turn")];
  if (run.seconds !== null) parts.push(duration(run.seconds));
  if (run.is_retried) parts.push("played again later");
  return parts.join(", ");
}

const MEANINGS = { error: "ended with an error", inconclusive: "not decided", fault: "not the agent's fault", running: "in progress", interrupted: "interrupted", stalled: "silent", cancelled: "cancelled" };

/** What the rarer signs among these runs mean. */
export function Legend({ runs }) {
  const told = Object.entries(MEANINGS).filter(([kind]) => runs.some((run) => kindOf(run) === kind));
  if (!told.length) return null;
  return html`<p class="legend faint">${told.map(([kind, words]) => html`<span key=${kind}><span class=${`cell ${toneOf(kind)}`} aria-hidden="true">${SIGNS[kind]}</span> ${words}</span>`)}</p>`;
}

/** A square for each run, each a link to its conversation. */
export function Strip({ runs, current }) {
  return html`<ol class="strip" aria-label="Trials">
    ${runs.map((run, place) => {
      const kind = kindOf(run);
      const words = sentence(run, place);
      const classes = `cell ${toneOf(kind)} ${run.is_retried ? "retried" : ""} ${kind === "running" ? "running-now" : ""}`;
      return html`<li key=${run.id}>
        <a class=${classes} href=${to.run(run.id)} title=${words} aria-label=${words} aria-current=${run.id === current ? "true" : undefined}>${SIGNS[kind] ?? "?"}</a>
      </li>`;
    })}
  </ol>`;
}
