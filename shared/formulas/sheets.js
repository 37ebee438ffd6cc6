/**
 * A form's sheet while it is typed; the rules are those of shared/domain/sheets.py.
 */

import { failedChecks, faultAt, missingCell, nothingEntered } from "./checks.js";
import { cellsOf, evaluate } from "./expressions.js";
import { figureText, isBlank, parseFigure } from "./figures.js";
import { add, exact, rational } from "./rationals.js";

/**
 * The whole sheet while it is typed: {values, faults}.
 *
 * `form` is what form_json gives; `cells` raw text by row and column; `others` may hold `previous`
 * and `samePeriodLastYear`, exact text by row and column, and `sameYear`, true if the previous
 * period is of the same year. `values` holds exact text, rounded to the decimals of its measure, or
 * null. `faults` are the cells that cannot be read, in printed order.
 */
export function completeSheet(form, cells, others = {}) {
  const { sheet, faults } = openSheet(form, cells, others);
  return { values: sheet.texts(), faults };
}

/**
 * As completeSheet, with every fault: unreadable cells, then missing cells, then the checks that
 * fail, by row. `explanations` may hold text by check and row. Each fault: {code, detail, row,
 * column, severity, check, explanation}.
 */
export function checkSheet(form, cells, others = {}) {
  const { sheet, faults, invalid } = openSheet(form, cells, others);
  const explanations = others.explanations ?? {};
  const found = [
    ...faults,
    ...emptiness(sheet, { faults, missing: missingCells(sheet, invalid) }),
    ...failedChecks(form, sheet, { invalid, explanations }),
  ];
  return { values: sheet.texts(), faults: found };
}

/** The cells that must be filled in and are not; one word where a blank is 0 and all is blank. */
function emptiness(sheet, { faults, missing }) {
  const begun = faults.length || missing.length || sheet.typed.size || !sheet.form.blank_is_zero;
  return begun ? missing : [nothingEntered()];
}

function missingCells(sheet, invalid) {
  return sheet
    .missing()
    .filter(({ row, column }) => !invalid.has(keyOf(row, column)))
    .map(({ row, column }) => missingCell(row, column));
}

function openSheet(form, cells, { previous, samePeriodLastYear, sameYear }) {
  const { typed, faults, invalid } = readCells(form, cells);
  const before = previous ? new Sheet(form, stored(previous)) : null;
  const past = {
    previous: before,
    previous_in_year: sameYear ? before : null,
    same_period_last_year: samePeriodLastYear ? new Sheet(form, stored(samePeriodLastYear)) : null,
  };
  return { sheet: new Sheet(form, typed, { past, invalid }), faults, invalid };
}

function readCells(form, cells) {
  const typed = new Map();
  const faults = [];
  const invalid = new Set();
  for (const { row, column } of inputCells(form)) {
    const raw = cells[row.code]?.[column.code];
    if (isBlank(raw)) continue;
    const read = parseFigure(raw, measureOf(form, row, column));
    if (read.value) typed.set(keyOf(row.code, column.code), read.value);
    else {
      invalid.add(keyOf(row.code, column.code));
      faults.push(faultAt(row.code, column.code, { code: read.code, detail: read.detail }));
    }
  }
  return { typed, faults, invalid };
}

function stored(figures) {
  const values = new Map();
  for (const [row, cells] of Object.entries(figures)) {
    for (const [column, text] of Object.entries(cells)) values.set(keyOf(row, column), exact(text));
  }
  return values;
}

const WORDS = new Set(["text", "date", "choice"]);

/** The cells in which this unit types figures. */
function inputCells(form) {
  const columns = form.columns.filter((column) => !column.formula);
  return form.rows
    .filter((row) => !row.sum_of_children && !row.formula)
    .flatMap((row) => columns.map((column) => ({ row, column })))
    .filter(({ row, column }) => !WORDS.has(measureOf(form, row, column).type))
    .filter(({ row, column }) => !ruleOf(form, row.code, column.code)?.closed);
}

/** What the form says of one cell alone, if anything. */
function ruleOf(form, row, column) {
  return form.cells?.find((each) => each.row === row && each.column === column);
}

function isRequired(form, row, column) {
  return ruleOf(form, row, column)?.required ?? !form.blank_is_zero;
}

/** What a cell holds: the row's own words, else the column's. */
export function measureOf(form, row, column) {
  const derived = column.formula && (row.formula || row.sum_of_children);
  const own = derived && form.precedence === "column" ? {} : row;
  return { type: own.type ?? column.type, decimals: own.decimals ?? column.decimals };
}

function keyOf(row, column) {
  return JSON.stringify([row, column]);
}

/** Cells are computed when asked for and remembered; a form has no circular formulas. */
class Sheet {
  constructor(form, typed, { past = {}, invalid = new Set() } = {}) {
    this.form = form;
    this.typed = typed;
    this.past = past;
    this.invalid = invalid;
    this.rows = new Map(form.rows.map((row) => [row.code, row]));
    this.columns = new Map(form.columns.map((column) => [column.code, column]));
    this.computed = new Map();
    this.neededBy = new Map();
  }

  value(row, column) {
    return remembered(this.computed, keyOf(row, column), () => this.compute(row, column));
  }

  compute(row, column) {
    const source = this.sourceOf(row, column);
    if (source.formula) return this.evaluate(source.formula, row);
    if (source.children) return this.total(source.children, column, source.skipped);
    const key = keyOf(row, column);
    const isZero = this.form.blank_is_zero && !isRequired(this.form, row, column);
    const blank = isZero && !this.invalid.has(key) ? rational(0n) : null;
    return this.typed.get(key) ?? blank;
  }

  /** The sum goes on without what is missing of `skipped`, rows that are closed for some. */
  total(children, column, skipped = []) {
    const values = children
      .map((child) => ({ child, value: this.value(child, column) }))
      .filter(({ child, value }) => value !== null || !skipped.includes(child))
      .map(({ value }) => value);
    return values.length === 0 || values.includes(null) ? null : values.reduce(add);
  }

  evaluate(tree, thisRow) {
    return evaluate(tree, ({ column, row, period }) => {
      const sheet = period === "current" ? this : this.past[period];
      return sheet ? sheet.value(row ?? thisRow, column) : null;
    });
  }

  /** Where a cell comes from: {formula}, {children} or {} if it is typed. */
  sourceOf(row, column) {
    const skipping = this.form.derivations?.find((each) => each.row === row && each.column === column);
    if (skipping) return skipping;
    const { formula, is_ratio: isRatio } = this.columns.get(column);
    const { formula: rowFormula, sum_of_children: sums } = this.rows.get(row);
    if (rowFormula && !(formula && this.form.precedence === "column")) {
      return { formula: inColumn(rowFormula, column) };
    }
    if (!sums || isRatio) return { formula };
    return { children: this.form.rows.filter((each) => each.parent === row).map(codeOf) };
  }

  /** The keys of the typed cells that a cell depends on. */
  needs(row, column) {
    return remembered(this.neededBy, keyOf(row, column), () => {
      const { formula, children } = this.sourceOf(row, column);
      if (formula) return this.needsOf(formula, row);
      if (children) return children.flatMap((child) => this.needs(child, column));
      return [keyOf(row, column)];
    });
  }

  needsOf(tree, thisRow) {
    return cellsOf(tree)
      .filter(({ period }) => period === "current")
      .flatMap(({ row, column }) => this.needs(row ?? thisRow, column));
  }

  /** The typed cells that hold nothing, as {row, column} codes. */
  missing() {
    return inputCells(this.form)
      .map(({ row, column }) => ({ row: row.code, column: column.code }))
      .filter(({ row, column }) => isRequired(this.form, row, column))
      .filter(({ row, column }) => this.value(row, column) === null);
  }

  decimalsOf(row, column) {
    return measureOf(this.form, this.rows.get(row), this.columns.get(column)).decimals;
  }

  texts() {
    const textOf = (row, { code }) => {
      const value = this.value(row.code, code);
      return [code, value === null ? null : figureText(value, this.decimalsOf(row.code, code))];
    };
    const rowOf = (row) => [
      row.code,
      Object.fromEntries(this.form.columns.map((column) => textOf(row, column))),
    ];
    return Object.fromEntries(this.form.rows.map(rowOf));
  }
}

function remembered(memory, key, compute) {
  if (!memory.has(key)) memory.set(key, compute());
  return memory.get(key);
}

/** A row's formula as one of a column: ["cell", "A"] is row A of that column. */
function inColumn(tree, column) {
  const [head, ...parts] = tree;
  if (head === "number") return tree;
  if (head !== "cell") return [head, ...parts.map((part) => inColumn(part, column))];
  const [named, row, period] = parts;
  return row ? tree : ["cell", column, named, period ?? "current"];
}

function codeOf({ code }) {
  return code;
}
