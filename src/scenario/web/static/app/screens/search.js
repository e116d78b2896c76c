// Messages that hold some words.

import { at, useAnswer } from "../api.js";
import { exactly, known, many, when } from "../format.js";
import { html, useEffect } from "../html.js";
import { Crumbs, Empty, Loading, Name, Outcome, Problem } from "../parts/common.js";
import { Words } from "../parts/text.js";
import { queryText, to } from "../router.js";

const MOST = 100;

const Excerpt = ({ parts }) => parts.map((each, place) => html`<${each.is_hit ? "mark" : "span"} key=${place}><${Words} text=${each.text} /><//>`);

function Hit({ hit }) {
  return html`<li data-row>
    <p class="hit">
      <a class="main" href=${to.run(hit.run_id, { m: hit.position })}><${Words} text=${hit.name} />${known(hit.trial) && ` · trial ${hit.trial}`}</a>
      <${Outcome} run=${hit} />
      <span class="faint">in <a href=${to.batch(hit.batch_id)}><${Name} text=${hit.batch_name} /></a></span>
      <span class="faint"><${Words} text=${hit.role} /> #${hit.position}</span>
      <time class="faint" title=${exactly(hit.at)}>${when(hit.at)}</time>
    </p>
    <p class="excerpt"><${Excerpt} parts=${hit.parts} /></p>
  </li>`;
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
    ${value && html`<ol class="found">${value.found.map((each) => html`<${Hit} key=${each.run_id + each.position} hit=${each} />`)}</ol>`}`;
}
