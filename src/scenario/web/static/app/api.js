// Requests to the server of this page.

import { useCallback, useEffect, useRef, useState } from "./html.js";
import { onChange } from "./live.js";

const API = "api/v1";
const LEAST_PAUSE = 150; // milliseconds between two readings

/** What the server answered instead of what was asked for. */
export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function sentenceOf(response) {
  try {
    const body = await response.json();
    return body.error ?? body.detail ?? response.statusText;
  } catch {
    return response.statusText || `The server answered ${response.status}.`;
  }
}

async function ask(method, path, body) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(`${API}${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refusal(0, "The server cannot be reached. Is `scenario ui` still running?");
  }
  if (!response.ok) throw new Refusal(response.status, await sentenceOf(response));
  return response.status === 204 ? null : response.json();
}

export const read = (path) => ask("GET", path);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);

/** A path from parts, each escaped. */
export const at = (...parts) => `/${parts.map(encodeURIComponent).join("/")}`;

/**
 * What a path answers, read again when a change concerns it.
 *
 * @param {string|null} path What to read; null reads nothing.
 * @param {(change: object) => boolean} concerns Whether a change means that it is to be read again.
 * @returns {{value: any, error: Error|null, again: () => void}}
 */
export function useAnswer(path, concerns = () => false) {
  const [state, setState] = useState({ path, value: null, error: null });
  const asked = useRef(0);
  const took = useRef(0);
  const wanted = useRef(concerns);
  wanted.current = concerns;
  const load = useCallback(async () => {
    if (path === null) return;
    const mine = ++asked.current;
    const began = performance.now();
    let found;
    try {
      found = { path, value: await read(path), error: null };
    } catch (error) {
      found = { path, value: null, error };
    }
    took.current = performance.now() - began;
    if (mine !== asked.current) return;
    setState((old) => (found.error && old.path === path && old.value ? { ...old, error: found.error } : found));
  }, [path]);
  useEffect(() => {
    load();
    let waiting = null;
    const stop = onChange((change) => {
      if (waiting !== null || !wanted.current(change)) return;
      waiting = setTimeout(() => {
        waiting = null;
        load();
      }, Math.max(LEAST_PAUSE, 3 * took.current)); // a slow store is asked less often
    });
    return () => {
      asked.current += 1;
      clearTimeout(waiting);
      stop();
    };
  }, [load]);
  const current = state.path === path ? state : { value: null, error: null };
  return { value: current.value, error: current.error, again: load };
}
