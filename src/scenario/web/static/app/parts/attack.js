// The attack of a run: beside its conversation, and beside each message of the attacker.

import { endOf, scoreOf, techniquesOf } from "../attack.js";
import { known, many } from "../format.js";
import { html } from "../html.js";
import { to } from "../router.js";
import { Words } from "./text.js";

const TONES = { failed: "failed", passed: "passed", inconclusive: "fault" };
const HALF = 5;

/** A score; one of at least half of the scale stands out. */
export const Score = ({ attempt }) => html`<span class=${known(attempt.score) && attempt.score >= HALF ? "failed" : "soft"} title=${attempt.reason || undefined}>${scoreOf(attempt.score)}</span>`;

/** What stands beside a message of the attacker: what it tried, and how far the reply went. */
export function AttemptLine({ attempt }) {
  const techniques = techniquesOf(attempt);
  return html`<p class="attempt"><span class="faint">attack turn ${attempt.turn}</span>
    ${attempt.phase && html`<span><${Words} text=${attempt.phase} /></span>`}
    ${techniques && html`<b><${Words} text=${techniques} /></b>`}
    <span class="soft">score <${Score} attempt=${attempt} /></span>${attempt.refused && html`<span class="soft">refused</span>`}
  </p>`;
}

function Row({ run, attempt, message }) {
  const standing = message && message.removed_by === null;
  return html`<tr>
    <td>${standing ? html`<a href=${to.run(run, { m: message.position })}>${attempt.turn}</a>` : attempt.turn}</td>
    <td><${Words} text=${techniquesOf(attempt) || attempt.phase} />${attempt.taken_back && html` <span class="faint">taken back</span>`}</td>
    <td class="number"><${Score} attempt=${attempt} /></td>
  </tr>`;
}

/** The panel. */
export function AttackPanel({ run, attack, messages }) {
  if (!attack) return null;
  const byNumber = new Map(messages.map((each) => [each.number, each]));
  return html`<section class="panel attack"><h2>Attack</h2>
    <p><span class=${`badge ${TONES[attack.status]}`}>${endOf(attack)}</span> <b><${Words} text=${attack.goal} /></b></p>
    <p class="soft"><${Words} text=${attack.strategy} />, ${attack.attempts.length} of ${many(attack.total_turns, "turn")}, ${attack.backtracks} taken back after a refusal, furthest ${scoreOf(attack.furthest)}</p>
    <table class="small">
      <thead><tr><th>turn</th><th>what it tried</th><th class="number">score</th></tr></thead>
      <tbody>${attack.attempts.map((each) => html`<${Row} key=${each.turn} run=${run} attempt=${each} message=${byNumber.get(each.message)} />`)}</tbody>
    </table>
  </section>`;
}
