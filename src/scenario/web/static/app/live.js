// What the server tells as it happens. One connection for the page; the browser takes it up again by itself, and says
// with Last-Event-ID where it was.

import { useEffect, useState } from "./html.js";

const listeners = new Set();
const watchers = new Set();
let source = null;
let connected = false;

function tell(change) {
  for (const listener of listeners) listener(change);
}

function setConnected(value) {
  connected = value;
  for (const watcher of watchers) watcher(value);
}

function receive(event) {
  try {
    tell(JSON.parse(event.data));
  } catch {
    // A comment or a kind that this page does not know.
  }
}

/** Open the connection. Called once. */
export function connect() {
  source = new EventSource("api/v1/live");
  source.addEventListener("hello", () => {
    // What was read before the stream began may be old by now.
    tell({ everything: true });
    setConnected(true);
  });
  source.addEventListener("tick", () => tell({ everything: true }));
  source.onerror = () => setConnected(false);
  source.addEventListener("change", receive);
  window.addEventListener("pagehide", () => source.close());
}

/** Whether a change concerns any of these runs, or makes it necessary to read everything anew. Pure. */
export const touches = (change, mine) => Boolean(change.everything || change.removed || (change.runs ?? []).some(mine));

/** Hear of changes. Returns a function that ends it. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the page hears of changes. */
export function useConnected() {
  const [value, setValue] = useState(connected);
  useEffect(() => {
    watchers.add(setValue);
    return () => watchers.delete(setValue);
  }, []);
  return value;
}
