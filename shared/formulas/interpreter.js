/**
 * Formulas, figures and sheets in the browser, with the meaning that the Python side has: both
 * pass the table in cases.json.
 */

export { evaluate } from "./expressions.js";
export { figureText, parseFigure, vietnameseFigure } from "./figures.js";
export { add, exact, rational, rationalText } from "./rationals.js";
export { checkSheet, completeSheet } from "./sheets.js";
