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

const LONGEST_NAME = 32;
const PATH = /^(?:[~.]{0,2}[\\/]|[a-z]:[\\/]|[^\s\\/]+[\\/][^\s])/i;

/** A name for a list: of a long path the last two parts, of several each. Whole ones stand in titles. Pure. */
export const shortName = (name) => name.split(", ").map(shortPath).join(", ");

function shortPath(name) {
  const parts = name.split(/[\\/]/).filter(Boolean);
  return name.length <= LONGEST_NAME || parts.length < 3 || !PATH.test(name) ? name : `…/${parts.slice(-2).join("/")}`;
}

/** A number that may be negative, with three digits that tell. */
export const figure = (value) => (known(value) ? value.toLocaleString("en-US", { maximumSignificantDigits: 3 }).replace("-", "−") : "–");

/** A day as a date field writes it, in the reader's time zone; nothing for what is no time. */
export function dayOf(seconds) {
  const at = new Date(Number(seconds) * 1000);
  if (seconds === undefined || seconds === "" || Number.isNaN(at.getTime())) return "";
  const two = (number) => String(number).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** When a day of a date field begins, or the next one, in seconds since the Unix epoch; nothing for no day. */
export function momentOf(day, later = 0) {
  const [year, month, date] = day.split("-").map(Number);
  const at = new Date(year, month - 1, date + later).getTime() / 1000;
  return Number.isNaN(at) ? "" : String(later ? at - 1 : at);
}

/** A p-value. */
export const pValue = (value) => (!known(value) ? "–" : value < 0.001 ? "< 0.001" : value.toFixed(3));
