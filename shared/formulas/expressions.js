/**
 * The value of a formula given as a JSON tree; the rules are those of shared/domain/expressions.py.
 * null is missing, or not judged.
 */

import {
  add,
  divide,
  exact,
  isEqual,
  isLess,
  magnitude,
  multiply,
  negate,
  subtract,
} from "./rationals.js";

const STRICT = {
  negate,
  abs: magnitude,
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "=": isEqual,
  "!=": (a, b) => !isEqual(a, b),
  "<": isLess,
  "<=": (a, b) => !isLess(b, a),
  ">": (a, b) => isLess(b, a),
  ">=": (a, b) => !isLess(a, b),
  not: (truth) => !truth,
  min: (...values) => values.reduce((a, b) => (isLess(b, a) ? b : a)),
  max: (...values) => values.reduce((a, b) => (isLess(a, b) ? b : a)),
};

const LENIENT = {
  and: (...truths) => kleene(truths, false),
  or: (...truths) => kleene(truths, true),
  sum: (...values) => sumOf(values),
  filled: (...values) => values.every((value) => value !== null),
};

/**
 * The value of a JSON tree: a rational, a boolean, or null for missing or not judged.
 * `lookup({column, row, period})` gives a rational or null; row is null for "this row".
 */
export function evaluate(tree, lookup) {
  const [head, ...parts] = tree;
  if (head === "number") return exact(parts[0]);
  if (head === "cell") return lookup(reference(tree));
  if (head === "if") return choose(parts, lookup);
  const values = parts.map((part) => evaluate(part, lookup));
  if (head in LENIENT) return LENIENT[head](...values);
  return values.includes(null) ? null : STRICT[head](...values);
}

function reference([, column, row = null, period = "current"]) {
  return { column, row, period };
}

function choose([condition, whenTrue, whenFalse], lookup) {
  const truth = evaluate(condition, lookup);
  const branch = truth ? whenTrue : whenFalse;
  return truth === null || branch === undefined ? null : evaluate(branch, lookup);
}

function kleene(truths, deciding) {
  if (truths.includes(deciding)) return deciding;
  return truths.includes(null) ? null : !deciding;
}

export function sumOf(values) {
  const present = values.filter((value) => value !== null);
  return present.length ? present.reduce(add) : null;
}

export function cellsOf(tree) {
  if (tree[0] === "number") return [];
  if (tree[0] === "cell") return [reference(tree)];
  return tree.slice(1).flatMap(cellsOf);
}
