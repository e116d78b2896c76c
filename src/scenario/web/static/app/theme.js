// The theme: what the system says, or what the reader chose.

import { useEffect, useState } from "./html.js";

const KEY = "scenario-theme";
const THEMES = ["auto", "light", "dark"];
const watchers = new Set();

function chosen() {
  try {
    const found = localStorage.getItem(KEY);
    return THEMES.includes(found) ? found : "auto";
  } catch {
    return "auto"; // Storage is forbidden in some settings of browsers.
  }
}

/** Show the page in the theme that was chosen. */
export function applyTheme(theme = chosen()) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const nextTheme = (theme) => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];

/** The theme, and how to change it. */
export function useTheme() {
  const [theme, setTheme] = useState(chosen);
  useEffect(() => {
    watchers.add(setTheme);
    return () => watchers.delete(setTheme);
  }, []);
  const change = (next) => {
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Then the choice lasts as long as the page.
    }
    applyTheme(next);
    for (const watcher of watchers) watcher(next);
  };
  return [theme, change];
}
