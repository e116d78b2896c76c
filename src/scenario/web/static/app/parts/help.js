// The keys.

import { html, useEffect, useRef } from "../html.js";

const EVERYWHERE = [
  ["/", "search in messages"],
  ["j  k", "next, previous row"],
  ["Enter", "open it"],
  ["r", "all runs"],
  ["t", "theme"],
  ["?", "these keys"],
];

const OF_A_SCREEN = {
  runs: [
    ["x", "choose the row"],
    ["c", "compare the two that are chosen"],
  ],
  batch: [["f", "only what failed, or all"]],
  conversation: [
    ["n  p", "next, previous message"],
    ["e", "next piece of evidence"],
    ["]  [", "next, previous run"],
    ["o", "open or fold all tools"],
  ],
  compare: [["u", "with or without what is unchanged"]],
  review: [
    ["y", "the verdict is right"],
    ["n", "the verdict is wrong"],
    ["m", "write a note"],
    ["u", "take the label away"],
    ["j  k", "next, previous verdict"],
  ],
};

const Keys = ({ keys }) => html`<dl class="keys">
  ${keys.map(([key, words]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`)}
</dl>`;

/** What keys there are on this screen. */
export function Help({ screen, onClose }) {
  const dialog = useRef(null);
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  return html`<dialog ref=${dialog} aria-label="Keys" onClose=${onClose} onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
    <h2>Keys</h2>
    <${Keys} keys=${[...(OF_A_SCREEN[screen] ?? []), ...EVERYWHERE]} />
    <div class="actions"><button onClick=${() => dialog.current.close()}>Close</button></div>
  </dialog>`;
}
