// Small parts that several screens use.

import { html, useEffect, useRef, useState } from "../html.js";
import { percent } from "../format.js";
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

const FAULTS = {
  agent: "the agent",
  simulator: "the simulated user",
  judge: "the judge",
  infrastructure: "what is around it",
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

/** The name of a fault's owner, for people. */
export const faultOwner = (fault) => FAULTS[fault] ?? fault;

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
  if (rate === null || rate === undefined) return html`<span class="faint">no trial counts</span>`;
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

export const Loading = () => html`<p class="faint" role="status">Loading…</p>`;

/** The way to this screen. */
export function Crumbs({ steps }) {
  return html`<nav aria-label="Breadcrumb">
    <ol class="crumbs">
      ${steps.map(([words, href]) => html`<li key=${words}>${href ? html`<a href=${href}><${Words} text=${words} /></a>` : html`<${Words} text=${words} />`}</li>`)}
    </ol>
  </nav>`;
}

/** A short fact with its name. */
export const Fact = ({ name, children, title }) => html`<div class="fact" title=${title}><dt>${name}</dt><dd>${children}</dd></div>`;

/** A button that copies a text. */
export function Copy({ text, words = "Copy" }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      setDone(false);
    }
  };
  return html`<button onClick=${copy}>${done ? "Copied" : words}</button>`;
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
