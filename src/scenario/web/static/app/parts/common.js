// Small parts that several screens use.

import { html, useEffect, useRef, useState } from "../html.js";
import { many, percent, shortName } from "../format.js";
import { to } from "../router.js";
import { Words } from "./text.js";

export const KINDS = {
  passed: "passed",
  failed: "failed",
  error: "error",
  inconclusive: "inconclusive",
  running: "running",
  interrupted: "interrupted",
  stalled: "stalled",
  left_out: "left out",
  cancelled: "cancelled",
};

const TONES = {
  passed: "passed",
  failed: "failed",
  running: "running",
  interrupted: "idle",
  stalled: "idle",
  cancelled: "idle",
};

export const FAULT_WORDS = {
  agent: "agent's fault",
  simulator: "simulator's fault",
  judge: "judge's fault",
  infrastructure: "infrastructure",
};

const BLAMED = {
  agent: "The agent is to blame.",
  simulator: "The simulated user is to blame.",
  judge: "The judge is to blame.",
  infrastructure: "Something around the agent is to blame.",
};

/** What a run came to, in one word that the page uses everywhere. Pure. */
export function kindOf(run) {
  if (run.state && run.state !== "finished") return run.state;
  if (run.outcome === "passed") return "passed";
  if (run.status === "CANCELLED") return "cancelled";
  if (run.fault && run.fault.kind !== "agent") return "fault";
  return run.outcome ?? "running";
}

export const toneOf = (kind) => TONES[kind] ?? (kind === "fault" || kind === "inconclusive" || kind === "left_out" ? "fault" : "failed");

/** Who is to blame, in a sentence. */
export const blame = (fault) => BLAMED[fault] ?? `The fault is of the kind ${fault}.`;

/** The name of a batch, short; the whole stands in its title. */
export function Name({ text }) {
  const short = shortName(text);
  const parts = short.split("/").map((part, place) => html`${place > 0 && html`/<wbr />`}<${Words} text=${part} />`);
  return html`<span title=${short === text ? undefined : text}>${parts}</span>`;
}

/** A run's outcome as a mark with a word. */
export function Outcome({ run }) {
  const kind = kindOf(run);
  const word = kind === "fault" ? FAULT_WORDS[run.fault.kind] ?? run.fault.kind : (KINDS[kind] ?? kind);
  return html`<span class=${`badge ${toneOf(kind)} ${kind === "running" ? "running-now" : ""}`}>${word}</span>`;
}

/** A verdict about a criterion as a mark with a word. */
export function Verdict({ status }) {
  const tone = status === "passed" ? "passed" : status === "failed" ? "failed" : "fault";
  return html`<span class=${`badge ${tone}`}>${status}</span>`;
}

/** A rate as a bar with its interval. */
export function Rate({ rate, interval: bounds, label }) {
  if (rate === null || rate === undefined) return html`<span class="faint" title="No trial has ended that says something about the agent">no trial counts</span>`;
  const { low, high } = bounds ?? {};
  const interval = bounds ? `${percent(low)} to ${percent(high)}` : null;
  return html`<span class="rate" title=${interval ? `95 % interval: ${interval}` : ""}>
    <b>${percent(rate)}</b>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${label ?? `pass rate ${percent(rate)}`}>
      <rect class="ground" x="0" y="3" width="100" height="4" rx="1" />
      <rect class="value" x="0" y="3" width=${rate * 100} height="4" rx="1" />
      ${interval && html`<rect class="interval" x=${low * 100} y="0" width=${Math.max(1, (high - low) * 100)} height="10" />`}
    </svg>
    ${interval && html`<small>${interval}</small>`}
  </span>`;
}

/** What there is to do where nothing is shown. */
export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2>${children}</div>`;

/** An error, and what was read before it. */
export function Problem({ error }) {
  if (!error) return null;
  return html`<p class="problem" role="alert">${error.message}</p>`;
}

/** What stands in place of a screen that cannot be shown, and where to go from there. */
export function Gone({ error, what, children }) {
  const title = error.status === 404 ? `There is no such ${what}` : error.status === 0 ? "The server cannot be reached" : "This cannot be shown";
  return html`<${Empty} title=${title}>
    <p role="alert">${error.message}</p>
    ${children}
    <p><a href=${to.runs()}>See all runs</a></p>
  <//>`;
}

/** Whether a batch goes on, where that is to be said. */
export function State({ batch }) {
  if (batch.state === "running") return html`<span class="badge running running-now">${batch.running} running</span>`;
  if (batch.state === "finished") return null;
  return html`<span class="badge idle" title=${STATES[batch.state]}>${batch.state}</span>`;
}

const STATES = {
  interrupted: "A process ended before its runs did",
  stalled: "A client has told nothing for a while, and no end",
};

const counted = (kind, number) => many(number, `${kind} fault`);

const ASIDE = ["cancelled", "stalled", "interrupted"];

/** What a batch has beside what passed and failed: each with its tone. Pure. */
export function others(batch) {
  const faults = Object.entries(batch.faults).filter(([, number]) => number > 0);
  const aside = ASIDE.filter((kind) => batch[kind] > 0);
  return [...faults.map(([kind, number]) => ({ tone: "fault", number, words: counted(kind, number) })), ...aside.map((kind) => ({ tone: "idle", number: batch[kind], words: `${batch[kind]} ${kind}` }))];
}

/** The same in few words: several of a tone become one, and its title names them. Pure. */
export function fewer(found) {
  if (found.length < 2) return found;
  return [["fault", (number) => many(number, "fault")], ["idle", (number) => `${number} cut short`]]
    .map(([tone, named]) => [tone, named, found.filter((each) => each.tone === tone)])
    .filter(([, , of]) => of.length)
    .map(([tone, named, of]) => ({ tone, words: named(of.reduce((sum, each) => sum + each.number, 0)), all: of.map((each) => each.words).join(", ") }));
}

function Others({ found }) {
  return found.map(({ tone, words, all = "" }) => html` <span class=${tone} key=${words} title=${[all, tone === "fault" && "not counted against the agent"].filter(Boolean).join(": ") || undefined}>${words}</span>`);
}

function Played({ batch }) {
  return html`<span class=${batch.passed ? "passed" : "faint"}>${batch.passed} passed</span>${batch.failed > 0 && html` <span class="failed">${batch.failed} failed</span>`}`;
}

/** How many trials failed, and how many were left out and by whose fault. */
export function Tally({ batch, left = 0 }) {
  return html`<span class="tally">
    <${Played} batch=${batch} /><${Others} found=${others(batch)} />
    ${left > 0 && html` <span class="faint">${left} not played</span>`}
  </span>`;
}

/** The same in two lines at most. */
export function ShortTally({ batch }) {
  const rest = fewer(others(batch));
  return html`<span class="tally"><${Played} batch=${batch} /></span>${rest.length > 0 && html`<span class="tally"><${Others} found=${rest} /></span>`}`;
}

/** Branch and commit of a batch. */
export function Commit({ batch }) {
  if (!batch.branch && !batch.commit) return html`<span class="faint">–</span>`;
  return html`${batch.branch && html`<span class="branch" title=${batch.branch}><${Words} text=${batch.branch} /></span> `}${batch.commit && html`<code title=${batch.commit}>${batch.commit.slice(0, 8)}</code>`}
    ${batch.changed && html` <span class="faint" title="The tree had changes that were not committed">changed</span>`}`;
}

export const Loading = () => html`<p class="faint loading" role="status">Loading…</p>`;

/** The way to this screen. */
export function Crumbs({ steps }) {
  return html`<nav aria-label="Breadcrumb">
    <ol class="crumbs">
      ${steps.map(([words, href]) => html`<li key=${words}>${href ? html`<a href=${href}><${Name} text=${words} /></a>` : html`<${Name} text=${words} />`}</li>`)}
    </ol>
  </nav>`;
}

/** A short fact with its name. */
export const Fact = ({ name, children, title }) => html`<div class="fact" title=${title}><dt>${name}</dt><dd>${children}</dd></div>`;

/** A button that copies a text. */
export function Copy({ text, words = "Copy" }) {
  const [done, setDone] = useState(null);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(null), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone("Copied");
    } catch {
      setDone("Not copied: mark it instead"); // pages of plain HTTP may not, but on this machine
    }
  };
  return html`<button onClick=${copy} aria-live="polite">${done ?? words}</button>`;
}

/** A question before something that cannot be undone. */
export function Question({ title, children, action, onYes, onNo }) {
  const dialog = useRef(null);
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  return html`<dialog ref=${dialog} aria-label=${title} onCancel=${onNo}>
    <h2>${title}</h2>
    ${children}
    <div class="actions">
      <button onClick=${onNo}>Keep</button>
      <button class="danger" onClick=${onYes}>${action}</button>
    </div>
  </dialog>`;
}

/** Buttons of which one is pressed. */
export function Choice({ label, value, options, onChoose }) {
  return html`<div class="choice" role="group" aria-label=${label}>
    ${options.map(
      ([key, words]) => html`<button key=${key} aria-pressed=${String(value === key)} onClick=${() => onChoose(key)}>${words}</button>`,
    )}
  </div>`;
}
