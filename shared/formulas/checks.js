/**
 * Cross-checks over a sheet, and faults in the words of shared/domain/faults.py.
 */

import { cellsOf } from "./expressions.js";
import { vietnameseFigure } from "./figures.js";
import { magnitude, subtract } from "./rationals.js";

const NOT_THERE = "chưa có";

export function failedChecks(form, sheet, { invalid, explanations }) {
  const faults = [];
  for (const row of form.rows) {
    for (const check of form.checks.filter((each) => each.rows.includes(row.code))) {
      if (sheet.evaluate(check.expression, row.code) !== false) continue;
      const needs = sheet.needsOf(check.expression, row.code);
      if (needs.some((key) => invalid.has(key))) continue;
      faults.push(failedCheck(check, { row, sheet, explanations }));
    }
  }
  return faults;
}

function failedCheck(check, { row, sheet, explanations }) {
  const anchor = cellsOf(check.expression).find(({ period }) => period === "current");
  const said = explanations[check.code]?.[row.code]?.trim() || null;
  return {
    ...faultAt(anchor?.row ?? row.code, anchor?.column ?? sheet.form.columns[0].code, {
      code: "cross_check_failed",
      detail: filledIn(check.message, messageValues(check, { row, sheet })),
    }),
    severity: check.severity,
    check: check.code,
    explanation: check.severity === "soft" ? said : null,
  };
}

function messageValues({ expression }, { row, sheet }) {
  const cells = cellsOf(expression);
  const finest = cells.map((cell) => sheet.decimalsOf(cell.row ?? row.code, cell.column));
  const decimals = Math.max(0, ...finest);
  const show = (value) => (value === null ? NOT_THERE : vietnameseFigure(value, decimals));
  const valueOf = (tree) => sheet.evaluate(tree, row.code);
  const values = cells.map((cell) => [
    placeholderOf(cell),
    show(valueOf(["cell", cell.column, cell.row, cell.period])),
  ]);
  const sides = isComparison(expression) ? sideValues(expression.slice(1).map(valueOf), show) : {};
  return { ...Object.fromEntries(values), ...sides, row: row.label };
}

function isComparison([head]) {
  return ["=", "!=", "<", "<=", ">", ">="].includes(head);
}

function sideValues([left, right], show) {
  const apart = left === null || right === null ? null : magnitude(subtract(left, right));
  return { left: show(left), right: show(right), difference: show(apart) };
}

function placeholderOf({ column, row, period }) {
  const here = row ? "" : "col_";
  const prefix = {
    current: here,
    previous: "previous_",
    previous_in_year: "previous_",
    same_period_last_year: "last_year_",
  };
  return prefix[period] + (row ? `${row}_${column}` : column);
}

function filledIn(message, values) {
  return message.replace(/\{([^{}]*)\}/g, (_, name) => values[name] ?? NOT_THERE);
}

export function faultAt(row, column, { code, detail }) {
  return { code, detail, row, column, severity: "hard", check: null, explanation: null };
}

export function missingCell(row, column) {
  const detail = "Ô này chưa có số liệu. Hãy nhập số; nếu không có thì nhập 0.";
  return faultAt(row, column, { code: "missing_cell", detail });
}

export function nothingEntered() {
  const detail = "Chưa nhập ô nào. Hãy nhập số liệu, hoặc chọn “Không phát sinh” nếu không có.";
  return faultAt(null, null, { code: "nothing_entered", detail });
}
