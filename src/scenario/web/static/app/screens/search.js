// Messages that hold some words.

import { at, useAnswer } from "../api.js";
import { many, when } from "../format.js";
import { html, useEffect } from "../html.js";
import { Crumbs, Empty, Loading, Problem } from "../parts/common.js";
import { Words } from "../parts/text.js";
import { queryText, to } from "../router.js";

const MOST = 100;

function Excerpt({ text, words }) {
  const place = text.toLowerCase().indexOf(words.toLowerCase());
  if (place < 0) return html`<${Words} text=${text} />`;
  const end = place + words.length;
  return html`<${Words} text=${text.slice(0, place)} /><mark><${Words} text=${text.slice(place, end)} /></mark><${Words} text=${text.slice(end)} />`;
}

/** The screen. */
export function Search({ query }) {
  const { q = "", batch } = query;
  const { value, error } = useAnswer(q ? `/search${queryText({ q, batch, limit: MOST })}` : null);
  const here = useAnswer(batch ? at("batches", batch) : null);
  useEffect(() => {
    document.title = q ? `${q} · scenario` : "Search · scenario";
  }, [q]);
  return html`<${Crumbs} steps=${batch ? [["Runs", to.runs()], [here.value?.batch.name ?? "Batch", to.batch(batch)], ["Search"]] : [["Runs", to.runs()], ["Search"]]} />
    <div class="head"><div><h1>Search</h1>${value && html`<p class="soft" role="status">${value.found.length === MOST ? `The newest ${MOST} messages` : many(value.found.length, "message")} with “<${Words} text=${q} />”${batch && " in this run"}</p>`}</div>
      ${batch && html`<div class="actions"><a class="button" href=${to.search(q)}>Search all runs</a></div>`}</div>
    <${Problem} error=${error} />
    ${q && !value && !error && html`<${Loading} />`}
    ${!q && html`<${Empty} title="What was said?"><p>Type words into the field above; <kbd>/</kbd> goes there.</p><//>`}
    ${value && !value.found.length && html`<${Empty} title="Nobody said that"><p>The words have to stand in one message, one after the other. Try fewer.</p><//>`}
    ${value && html`<ol class="found">${value.found.map((each) => html`<li data-row key=${each.run_id + each.position}>
      <p><a class="main" href=${to.run(each.run_id, { m: each.position })}><${Words} text=${each.name} /> #${each.position}</a> <span class="faint">${each.role} · ${when(each.at)}</span></p>
      <p class="excerpt"><${Excerpt} text=${each.text} words=${q} /></p>
    </li>`)}</ol>`}`;
}
