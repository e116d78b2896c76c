// Values in words. Pure, but for the time zone of the reader.

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export const known = (value) => value !== null && value !== undefined;

/** Seconds since the Unix epoch as day and time. */
export const when = (seconds) => (known(seconds) ? DAY.format(new Date(seconds * 1000)) : "");

/** The same with the year and the second. */
export const exactly = (seconds) => (known(seconds) ? FULL.format(new Date(seconds * 1000)) : "");

/** How long ago, in one unit. */
export function ago(seconds, now = Date.now() / 1000) {
  const passed = Math.max(0, now - seconds);
  if (passed < 60) return "just now";
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} h ago`;
  return when(seconds);
}

/** A span of time. */
export function duration(seconds) {
  if (!known(seconds)) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** US dollars. */
export function dollars(amount) {
  if (!known(amount)) return "–";
  if (amount === 0) return "$0";
  return amount < 0.01 ? `$${amount.toFixed(4)}` : `$${amount.toFixed(2)}`;
}

export const percent = (rate) => (known(rate) ? `${Math.round(rate * 100)} %` : "–");

export const signed = (rate) => (known(rate) ? `${rate > 0 ? "+" : rate < 0 ? "−" : "±"}${Math.abs(Math.round(rate * 100))}` : "–");

export const count = (number) => (known(number) ? number.toLocaleString("en-US") : "–");

/** A number with its noun. */
export const many = (number, noun, plural = `${noun}s`) => `${count(number)} ${number === 1 ? noun : plural}`;

/** A p-value. */
export const pValue = (value) => (!known(value) ? "–" : value < 0.001 ? "< 0.001" : value.toFixed(3));

/** An id, short enough for a table; whole ones stand in titles. */
export const shortId = (id) => {
  const tail = id.replace(/^scenario(batch|run)_?/, "");
  return tail.length > 12 ? `${tail.slice(0, 10)}…` : tail;
};
