// What an attacker did, told in words. Pure.

import { known } from "./format.js";

const TAKEN_BACK = { refused: "refused", "next attempt": "another attempt came next", "by somebody else": "by somebody else" };
const ENDS = { failed: "achieved", passed: "withstood", inconclusive: "not decided" };

/** What came of an attack, in a word. */
export const endOf = (attack) => ENDS[attack.status] ?? attack.status;

/** A score, in the scale of scores. */
export const scoreOf = (value) => (known(value) ? `${value} of 10` : "–");

/** The names of techniques for people. */
export const techniquesOf = (attempt) => attempt.techniques.map((each) => each.replaceAll("_", " ")).join(", ");

/** The attempts of an attack by the numbers of their messages. */
export const attemptsOf = (attack) => new Map((attack?.attempts ?? []).filter((each) => known(each.message)).map((each) => [each.message, each]));

/** What a fold says of exchanges that were taken back; nothing when they are no part of an attack. */
export function takenBack(messages, attempts) {
  const found = messages.map((each) => attempts.get(each.number)).filter(Boolean);
  if (!found.length) return "";
  const told = found.map((each) => [`attack turn ${each.turn}`, TAKEN_BACK[each.taken_back], `score ${scoreOf(each.score)}`].filter(Boolean).join(", "));
  return `Taken back: ${told.join("; ")}`;
}
