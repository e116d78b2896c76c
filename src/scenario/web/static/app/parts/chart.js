// Lines with a band around them, drawn by uPlot.

import uPlot from "../../vendor/uplot.mjs";
import { html, useEffect, useRef, useState } from "../html.js";
import { percent } from "../format.js";

function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function translucent(found) {
  const parts = found.match(/[\d.]+/g) ?? [0, 0, 0];
  return `rgba(${parts.slice(0, 3).join(",")},0.16)`;
}

function options(points, width, words) {
  const [ink, line, accent] = [colour("ink-soft"), colour("line"), colour("accent")];
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  return {
    width,
    height: 190,
    legend: { show: false },
    cursor: { y: false },
    scales: { x: { time: false, range: (_, low, high) => (low === high ? [low - 1, high + 1] : [low - 0.2, high + 0.2]) }, y: { range: [0, 1.02] } },
    axes: [
      { ...axis, size: 26, values: (_, ticks) => ticks.map((tick) => words[tick] ?? ""), splits: () => points.map((each) => each.x), space: 40 },
      { ...axis, size: 44, values: (_, ticks) => ticks.map((tick) => percent(tick)), splits: () => [0, 0.25, 0.5, 0.75, 1] },
    ],
    bands: [{ series: [2, 3], fill: translucent(accent) }],
    series: [
      {},
      { stroke: accent, width: 2, points: { show: true, size: 6, fill: accent } },
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
    ],
  };
}

function useThemeCount() {
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const again = () => setTimes((old) => old + 1);
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", again);
    const watcher = new MutationObserver(again);
    watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      media.removeEventListener("change", again);
      watcher.disconnect();
    };
  }, []);
  return times;
}

/**
 * A curve of rates between 0 and 1 with its interval, and the same as a table for those who do not see it.
 *
 * @param {{points: {x: number, words: string, value: number, low: ?number, high: ?number}[], label: string}} props
 */
export function Curve({ points, label }) {
  const place = useRef(null);
  const themes = useThemeCount();
  const drawn = JSON.stringify(points);
  useEffect(() => {
    if (!points.length) return undefined;
    const words = Object.fromEntries(points.map((each) => [each.x, each.words]));
    const columns = [points.map((each) => each.x), points.map((each) => each.value)];
    const bounds = [points.map((each) => each.high ?? null), points.map((each) => each.low ?? null)];
    const chart = new uPlot(options(points, place.current.clientWidth, words), [...columns, ...bounds], place.current);
    const fit = new ResizeObserver(() => chart.setSize({ width: place.current.clientWidth, height: 190 }));
    fit.observe(place.current);
    return () => {
      fit.disconnect();
      chart.destroy();
    };
  }, [drawn, themes]);
  return html`<figure class="chart" aria-label=${label}>
    <div ref=${place} aria-hidden="true"></div>
    <div class="unseen"><table>
      <caption>${label}</caption>
      <thead><tr><th>at</th><th>rate</th><th>from</th><th>to</th></tr></thead>
      <tbody>
        ${points.map((each) => html`<tr key=${each.x}><td>${each.words}</td><td>${percent(each.value)}</td><td>${percent(each.low)}</td><td>${percent(each.high)}</td></tr>`)}
      </tbody>
    </table></div>
  </figure>`;
}
