"use strict";
(() => {
  const trials = JSON.parse(document.getElementById("data").textContent);
  const sections = [...document.querySelectorAll(".scenario")];
  const find = document.getElementById("find");
  const steadiness = document.getElementById("steadiness");
  const tag = document.getElementById("tag");
  const states = [...document.querySelectorAll("input[name=state]")];
  const shown = document.getElementById("shown");
  const byScenario = sections.map(() => []);
  for (const trial of trials) byScenario[trial.scenario].push(trial);

  /** An element with a class, a text and children. What is said is only ever put in as text. */
  function make(name, className, text, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    element.append(...children);
    return element;
  }

  /** What a trial is searched in, made once and only when somebody searches. */
  function searchable(trial) {
    if (trial.searchable === undefined) {
      const said = trial.messages.flatMap((message) => [message.text, ...message.calls]);
      const judged = trial.verdicts.flatMap((verdict) => [verdict.criterion, verdict.reasoning]);
      trial.searchable = [trial.run, ...trial.reasons, ...said, ...judged].join("\n").toLowerCase();
    }
    return trial.searchable;
  }

  /** A text with the quotes in it marked. */
  function marked(text, quotes) {
    const element = make("span", "said");
    let at = 0;
    while (at < text.length) {
      const found = quotes
        .map((quote) => ({ quote, start: quote ? text.indexOf(quote, at) : -1 }))
        .filter((each) => each.start >= 0)
        .sort((one, other) => one.start - other.start || other.quote.length - one.quote.length)[0];
      if (!found) break;
      element.append(text.slice(at, found.start), make("mark", "", found.quote));
      at = found.start + found.quote.length;
    }
    element.append(text.slice(at));
    return element;
  }

  function message(trial, said) {
    const cited = trial.verdicts.flatMap((verdict) => verdict.evidence).filter((each) => each.place === said.place);
    const quotes = cited.map((each) => each.quote);
    const element = make("div", cited.length ? "message cited" : "message");
    element.id = `${trial.run}-${said.place}`;
    element.append(make("span", "dim", `${said.place} `), make("span", "who", said.role));
    if (said.text) element.append(marked(said.text, quotes));
    for (const call of said.calls) {
      const line = make("div", "call", "calls ");
      line.append(marked(call, quotes));
      element.append(line);
    }
    return element;
  }

  function verdict(trial, judged) {
    const why = judged.reasoning ? `: ${judged.reasoning}` : "";
    const element = make("div", "verdict", "", make("span", `status ${judged.status}`, `${judged.status} `));
    element.append(`${judged.criterion}${why}`);
    for (const each of judged.evidence) {
      const line = make("div", "evidence");
      if (each.place === null) line.append(each.quote);
      else {
        const link = make("a", "", `message ${each.place}: ${each.quote}`);
        link.href = `#${trial.run}-${each.place}`;
        line.append(link);
      }
      element.append(line);
    }
    return element;
  }

  function conversation(trial) {
    const element = make("div", "conversation");
    for (const reason of trial.reasons) element.append(make("p", "said", reason));
    for (const each of trial.verdicts) element.append(verdict(trial, each));
    for (const each of trial.messages) element.append(message(trial, each));
    if (!trial.messages.length) element.append(make("p", "dim", "Nothing was said."));
    return element;
  }

  function item(trial, place) {
    const number = trial.number === null ? place + 1 : trial.number;
    const measures = [`${trial.turns} turns`];
    if (trial.seconds !== null) measures.push(`${trial.seconds.toFixed(2)} s`);
    if (trial.cost !== null) measures.push(`$${trial.cost.toFixed(4)}`);
    if (trial.seed !== null) measures.push(`seed ${trial.seed}`);
    if (trial.earlier) measures.push(`${trial.earlier} runs before it`);
    const button = make("button", "", `trial ${number} `);
    button.type = "button";
    button.append(make("span", `state ${trial.state}`, trial.words), make("span", "dim", ` ${measures.join(", ")}`));
    button.setAttribute("aria-expanded", "false");
    const element = make("li", "", "", button);
    element.dataset.run = trial.run;
    button.addEventListener("click", () => {
      const open = element.querySelector(".conversation");
      if (open) open.remove();
      else element.append(conversation(trial));
      button.setAttribute("aria-expanded", String(!open));
    });
    return element;
  }

  function wanted() {
    const words = find.value.trim().toLowerCase();
    const chosen = new Set(states.filter((box) => box.checked).map((box) => box.value));
    return (trial, name) =>
      chosen.has(trial.state) && (!words || name.includes(words) || searchable(trial).includes(words));
  }

  /** The trials of a scenario are made when it is first opened. */
  function fill(section, place, fits) {
    const list = section.querySelector(".trials");
    if (!list.childElementCount) list.append(...byScenario[place].map(item));
    [...list.children].forEach((element, at) => {
      element.hidden = !fits(byScenario[place][at], section.dataset.name);
    });
  }

  function filter() {
    const fits = wanted();
    let count = 0;
    sections.forEach((section, place) => {
      const fitting = byScenario[place].filter((trial) => fits(trial, section.dataset.name)).length;
      const steady = !steadiness.value || section.dataset.steadiness === steadiness.value;
      const tagged = !tag.value || JSON.parse(section.dataset.tags).includes(tag.value);
      section.hidden = !(fitting && steady && tagged);
      if (!section.hidden) count += fitting;
      if (section.open) fill(section, place, fits);
    });
    shown.textContent = `${count} of ${trials.length} trials`;
  }

  sections.forEach((section, place) => {
    section.addEventListener("toggle", () => {
      if (section.open) fill(section, place, wanted());
    });
  });
  document.getElementById("filters").addEventListener("input", filter);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
