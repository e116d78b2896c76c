// One-letter keys. A screen names its own; they rest while somebody types or a dialog is open.

import { useEffect, useRef } from "./html.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/** Call the function of a key while the component is shown. */
export function useKeys(bindings) {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    const press = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
      const action = current.current[event.key];
      if (action && action(event) !== false) event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

/** Move the focus among the elements that a selector finds; the first one when none has it. */
export function step(selector, by) {
  const found = [...document.querySelectorAll(selector)];
  if (!found.length) return;
  const here = found.findIndex((each) => each.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : found.length - 1) : Math.min(found.length - 1, Math.max(0, here + by));
  found[next].focus();
  found[next].scrollIntoView({ block: "nearest" });
}
