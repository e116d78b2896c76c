// Each screen has an address after the #, so the page works under any path that a proxy gives it.

import { useEffect, useState } from "./html.js";

const ROUTES = [
  ["runs", ["runs"]],
  ["batch", ["batches", ":batch"]],
  ["scenario", ["batches", ":batch", "scenarios", ":scenario"]],
  ["conversation", ["runs", ":run"]],
  ["compare", ["compare"]],
  ["review", ["review"]],
  ["search", ["search"]],
];

function unescape(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function matches(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  const params = {};
  for (const [place, expected] of pattern.entries()) {
    if (expected.startsWith(":")) params[expected.slice(1)] = parts[place];
    else if (expected !== parts[place]) return null;
  }
  return params;
}

/** The screen, its parameters and its query that an address means. Pure. */
export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const parts = path.split("/").filter(Boolean).map(unescape);
  for (const [screen, pattern] of ROUTES) {
    const params = matches(pattern, parts.length ? parts : ["runs"]);
    if (params) return { screen, params, query: Object.fromEntries(new URLSearchParams(query)) };
  }
  return { screen: "missing", params: {}, query: {} };
}

/** The query as text; what is empty is left out. */
export function queryText(query) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  const text = new URLSearchParams(kept).toString();
  return text ? `?${text}` : "";
}

/** An address from parts, each escaped. */
export function link(parts, query = {}) {
  return `#/${parts.map(encodeURIComponent).join("/")}${queryText(query)}`;
}

export const to = {
  runs: (query) => link(["runs"], query),
  batch: (batch, query) => link(["batches", batch], query),
  scenario: (batch, scenario) => link(["batches", batch, "scenarios", scenario]),
  run: (run, query) => link(["runs", run], query),
  compare: (a, b, query) => link(["compare"], { a, b, ...query }),
  review: (batch, query) => link(["review"], { batch, ...query }),
  search: (q, batch) => link(["search"], { q, batch }),
};

/** Go to an address; `replace` leaves no step in the browser's history. */
export function go(address, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", address);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = address;
  }
}

/** The present route, as the address says. */
export function useRoute() {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const read = () => setRoute(parse(location.hash));
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return route;
}
