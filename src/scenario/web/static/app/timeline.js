// A conversation as one list: turns, messages, checkpoints, what was rolled back, warnings. Pure.

/** The names of tools by the ids of their calls. */
export function toolNames(messages) {
  return new Map(messages.flatMap((message) => (message.tool_calls ?? []).map((call) => [call.id, call.name])));
}

function extras(value) {
  const { messages, checkpoints, rollbacks, warnings, removed } = value;
  const before = (at) => {
    const found = messages.findIndex((message) => message.at > at);
    return found < 0 ? messages.length : found;
  };
  return [
    ...rollbacks.map((each) => ({ kind: "rollback", place: each.position, at: each.at, value: each, removed: removed.filter((one) => one.removed_by === each.number) })),
    ...warnings.map((each) => ({ kind: "warning", place: before(each.at), at: each.at, value: each })),
    ...checkpoints.map((each) => ({ kind: "checkpoint", place: each.after === null ? 0 : messages.findIndex((message) => message.position === each.after) + 1, at: each.at, value: each })),
  ].sort((one, other) => one.place - other.place || one.at - other.at);
}

/** What is shown, in order. */
export function timeline(value) {
  const items = [];
  const waiting = extras(value);
  let turn = null;
  const release = (place) => {
    while (waiting.length && waiting[0].place <= place) items.push(waiting.shift());
  };
  value.messages.forEach((message, place) => {
    release(place);
    if (message.turn !== turn && value.messages.length > 1) items.push({ kind: "turn", value: message.turn });
    turn = message.turn;
    items.push({ kind: "message", value: message });
  });
  release(Infinity);
  return items;
}

/** Spans in the order in which they began, each with how deep it lies. */
export function nested(spans) {
  const ids = new Set(spans.map((span) => span.span_id));
  const under = new Map();
  for (const span of [...spans].sort((one, other) => one.started_at - other.started_at)) {
    const parent = ids.has(span.parent_id) && span.parent_id !== span.span_id ? span.parent_id : null;
    under.set(parent, [...(under.get(parent) ?? []), span]);
  }
  const found = [];
  const seen = new Set();
  const stack = [...(under.get(null) ?? [])].reverse().map((span) => [span, 0]);
  while (stack.length) {
    const [span, depth] = stack.pop();
    if (seen.has(span.span_id)) continue;
    seen.add(span.span_id);
    found.push({ span, depth });
    for (const child of [...(under.get(span.span_id) ?? [])].reverse()) stack.push([child, depth + 1]);
  }
  return found;
}
