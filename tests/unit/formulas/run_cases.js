/**
 * Runs the shared table of cases through the browser's interpreter; what comes back is plain JSON
 * in the order of the table, to be compared where the table is also run through Python.
 */

export function runCases(interpreter, cases) {
  return {
    expressions: cases.expressions.map((each) => runExpression(interpreter, each)),
    figures: cases.figures.map((each) => runFigure(interpreter, each)),
    numbers: cases.numbers.map((each) => runNumber(interpreter, each)),
    sheets: cases.sheets.map((each) => runSheet(interpreter, each, cases.forms[each.form])),
  };
}

function runExpression({ evaluate, exact, rationalText }, { tree, cells }) {
  const value = evaluate(tree, (cell) => {
    const text = cells[nameOf(cell)];
    return text === undefined ? null : exact(text);
  });
  return value === null || typeof value === "boolean" ? value : rationalText(value);
}

function nameOf({ column, row, period }) {
  const name = row ? `[${row}, ${column}]` : `[${column}]`;
  return period === "current" ? name : `${period}(${name})`;
}

function runFigure({ parseFigure, figureText }, { raw, type, decimals }) {
  const { value, code, detail } = parseFigure(raw, { type, decimals });
  return value ? { value: figureText(value, 30) } : { code, detail };
}

function runNumber({ rational, figureText, vietnameseFigure }, { value, decimals }) {
  const number = rational(...value.split("/").map(BigInt));
  return { text: figureText(number, decimals), shown: vietnameseFigure(number, decimals) };
}

function runSheet({ checkSheet, completeSheet }, { cells, others }, form) {
  const { values, faults } = checkSheet(form, cells, others);
  return { values, faults, completed: completeSheet(form, cells, others).values };
}
