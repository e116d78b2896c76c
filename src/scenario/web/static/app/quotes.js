// A judge's quotes found and marked in a message, whatever the markdown around them is.

const IGNORED = /[\s*_`#>|\\]/;

function letters(nodes) {
  const found = [];
  for (const node of nodes) {
    for (let place = 0; place < node.data.length; place += 1) {
      if (!IGNORED.test(node.data[place])) found.push([node, place]);
    }
  }
  return found;
}

const lower = (letter) => letter.toLowerCase()[0];

const bare = (text) => text.split("").filter((each) => !IGNORED.test(each)).map(lower).join("");

function textNodes(fragment) {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

function wrap(node, from, to, quote) {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  const mark = document.createElement("mark");
  mark.className = `evidence ${quote.status}`;
  mark.title = quote.criterion;
  range.surroundContents(mark);
}

function markOne(fragment, quote) {
  const wanted = bare(quote.quote ?? "");
  if (!wanted) return;
  const places = letters(textNodes(fragment));
  const start = places.map(([node, place]) => lower(node.data[place])).join("").indexOf(wanted);
  if (start < 0) return;
  const spans = new Map();
  for (const [node, place] of places.slice(start, start + wanted.length)) {
    const [from] = spans.get(node) ?? [place];
    spans.set(node, [from, place + 1]);
  }
  for (const [node, [from, to]] of spans) wrap(node, from, to, quote);
}

/** The fragment with each quote marked where it stands. */
export function marked(fragment, quotes) {
  for (const quote of quotes) markOne(fragment, quote);
  return fragment;
}
