// Text of a transcript. All of it may be hostile: it becomes text nodes, or goes through markdown and a sanitiser.

import MarkdownIt from "../vendor/markdown-it.mjs";
import DOMPurify from "../vendor/purify.mjs";

/** More of a text than this is shown on demand, in plain letters. */
export const MOST = 20000;

// Marks that change the direction of what follows, are not seen, or are control characters.
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The text with unseen marks spelled out, so that they do nothing. */
export function visible(text) {
  return text.replace(UNSEEN, (mark) => `⟨U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

const markdown = new MarkdownIt("default", { html: false, linkify: false, breaks: true, maxNesting: 20 });
const DATA_IMAGE = /^data:image\/(png|jpeg|gif|webp);/i;
const LINK = /^(https?:|mailto:)/i;

markdown.validateLink = (address) => LINK.test(address.trim()) || DATA_IMAGE.test(address.trim());

markdown.renderer.rules.image = (tokens, place, options, env, renderer) => {
  const token = tokens[place];
  const alt = renderer.renderInlineAsText(token.children ?? [], options, env);
  const source = token.attrGet("src") ?? "";
  if (DATA_IMAGE.test(source)) return `<img src="${markdown.utils.escapeHtml(source)}" alt="${markdown.utils.escapeHtml(alt)}">`;
  const words = markdown.utils.escapeHtml(alt || "image");
  return `<a href="${markdown.utils.escapeHtml(source)}">[${words}]</a>`;
};

// Columns of a table are aligned with a style attribute, which the policy of the page forbids.
for (const rule of ["th_open", "td_open"]) {
  markdown.renderer.rules[rule] = (tokens, place) => `<${tokens[place].tag}>`;
}

const TAGS = "a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong table tbody td th thead tr ul".split(" ");

const SAFE = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ["href", "src", "alt", "title", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|data:image\/(?:png|jpeg|gif|webp);)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** Markup as nodes of which none acts, loads anything from elsewhere, or changes how the page looks. */
export function sanitised(markup) {
  const fragment = DOMPurify.sanitize(markup, SAFE);
  for (const image of fragment.querySelectorAll("img")) {
    if (!DATA_IMAGE.test(image.getAttribute("src") ?? "")) image.replaceWith(image.getAttribute("alt") ?? "");
  }
  return fragment;
}

/** A text in markdown as safe nodes. HTML in it is text already; to sanitise it is the second lock. */
export function rendered(text) {
  const fragment = sanitised(markdown.render(visible(text)));
  for (const anchor of fragment.querySelectorAll("a")) {
    anchor.setAttribute("target", "_blank");
    anchor.setAttribute("rel", "noopener noreferrer nofollow");
    anchor.setAttribute("title", anchor.getAttribute("href") ?? "");
  }
  for (const heading of fragment.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const plain = document.createElement("p");
    plain.className = "heading";
    plain.append(...heading.childNodes);
    heading.replaceWith(plain);
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = document.createElement("div");
    frame.className = "wide";
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}

/** A value as indented JSON; text that is JSON itself is indented, too. */
export function pretty(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "";
  try {
    const read = JSON.parse(value);
    return typeof read === "object" && read !== null ? JSON.stringify(read, null, 2) : value;
  } catch {
    return value;
  }
}
