// A message of a conversation.

import { duration, exactly } from "../format.js";
import { html } from "../html.js";
import { to } from "../router.js";
import { visible } from "../text.js";
import { AttemptLine } from "./attack.js";
import { Json, Markdown, Words } from "./text.js";

const IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,/i;
const SOUND = { wav: "audio/wav", mp3: "audio/mpeg", ogg: "audio/ogg", flac: "audio/flac", webm: "audio/webm", m4a: "audio/mp4" };

function Image({ address }) {
  if (IMAGE.test(address)) return html`<img class="media" src=${address} alt="An image of the conversation" />`;
  return html`<p class="faint">An image elsewhere, not loaded: <code class="break">${visible(address.slice(0, 300))}</code></p>`;
}

function Sound({ data, format }) {
  const type = SOUND[format] ?? "audio/wav";
  const address = data.startsWith("data:audio/") ? data : `data:${type};base64,${data}`;
  return html`<audio class="media" controls src=${address} aria-label="Sound of the conversation"></audio>`;
}

function addressOf(part) {
  const given = part.image_url?.url ?? part.image_url ?? part.image ?? part.url;
  return typeof given === "string" ? given : null;
}

function Part({ part, quotes }) {
  if (typeof part === "string") return html`<${Markdown} text=${part} quotes=${quotes} />`;
  if (typeof part?.text === "string") return html`<${Markdown} text=${part.text} quotes=${quotes} />`;
  if ((part?.type === "image_url" || part?.type === "image") && addressOf(part)) return html`<${Image} address=${addressOf(part)} />`;
  if (typeof part?.input_audio?.data === "string") return html`<${Sound} data=${part.input_audio.data} format=${part.input_audio.format} />`;
  const words = part?.type === "file" ? `A file: ${part.file?.filename ?? "without a name"}` : `A part of kind ${part?.type ?? "unknown"}`;
  return html`<details class="fold"><summary><${Words} text=${words} /></summary><${Json} value=${part} /></details>`;
}

function Content({ content, quotes }) {
  if (content === null || content === undefined || content === "") return null;
  const parts = Array.isArray(content) ? content : [content];
  return parts.map((part, place) => html`<${Part} key=${place} part=${part} quotes=${quotes} />`);
}

const brief = (text) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

function ToolCall({ call }) {
  return html`<details class="fold tool">
    <summary><span class="sign">call</span> <code><${Words} text=${call.name} /></code> <span class="faint"><${Words} text=${brief(call.arguments ?? "")} /></span></summary>
    <${Json} value=${call.arguments ?? ""} label=${`Arguments of ${call.name}`} />
  </details>`;
}

function plainText(content) {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((part) => part?.text ?? `[${part?.type}]`).join(" ");
  return content === null || content === undefined ? "" : JSON.stringify(content);
}

function ToolResult({ message, name }) {
  const text = plainText(message.content);
  return html`<details class="fold tool">
    <summary><span class="sign">result</span> <code><${Words} text=${name ?? message.tool_call_id ?? "tool"} /></code> <span class="faint"><${Words} text=${brief(text)} /></span></summary>
    <${Json} value=${text} label="Result" />
  </details>`;
}

function Evidence({ run, evidence }) {
  if (!evidence.length) return null;
  return html`<ul class="evidence-list">
    ${evidence.map((each, place) => html`<li key=${place} class=${each.status}>
      <a href=${to.run(run, { criterion: each.criterion })}><span aria-hidden="true">${each.status === "passed" ? "✓" : each.status === "failed" ? "✕" : "?"}</span> evidence: <${Words} text=${each.criterion} /></a>
    </li>`)}
  </ul>`;
}

/**
 * A message with its evidence.
 *
 * @param {{run: string, message: object, names: Map<string, string>, startedAt: number, source: string, current: boolean,
 *   gone: boolean, named: boolean, attempts: Map<number, object>}} props `source` is who told the run: other clients do not tell who spoke; `gone` is rolled
 *   back; `named` says whether addresses may lead to it on this screen; `attempts` are those of an attack, by the numbers
 *   of their messages.
 */
export function Message({ run, message, names, startedAt, source, current, gone = false, named = true, attempts }) {
  const evidence = gone ? [] : message.evidence;
  const role = ["user", "assistant", "system", "tool", "developer"].includes(message.role) ? message.role : "other";
  const attempt = attempts?.get(message.number);
  const address = to.run(run, { m: message.position });
  return html`<li class=${`message ${role} ${evidence.length ? "is-evidence" : ""} ${current ? "current" : ""}`} id=${gone || !named ? undefined : `m${message.position}`} tabindex="-1">
    <header>
      <b class="role">${message.role}</b>
      ${message.author && role !== "tool" && html`<span class="soft"><${Words} text=${message.author.name} /></span>`}
      ${!message.author && source !== "remote" && role !== "tool" && html`<span class="faint">scripted</span>`}
      <span class="grow"></span>
      <time class="faint" title=${exactly(message.at)}>${duration(Math.max(0, message.at - startedAt))}</time>
      ${!gone && html`<a class="anchor" href=${address} aria-label=${`Link to message ${message.position}`} title="Link to this message">#${message.position}</a>`}
    </header>
    ${attempt && html`<${AttemptLine} attempt=${attempt} />`}
    ${role === "tool" ? html`<${ToolResult} message=${message} name=${names.get(message.tool_call_id)} />` : html`<${Content} content=${message.content} quotes=${evidence} />`}
    ${(message.tool_calls ?? []).map((call) => html`<${ToolCall} key=${call.id} call=${call} />`)}
    ${message.is_shortened && html`<p class="faint">This message is shortened. <a href=${`api/v1/runs/${encodeURIComponent(run)}/raw`} target="_blank">The raw run</a> has it whole.</p>`}
    <${Evidence} run=${run} evidence=${evidence} />
  </li>`;
}
