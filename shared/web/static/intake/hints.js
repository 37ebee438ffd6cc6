/** Where a cell's figure was taken from, and whether it is usual: told in the bar, never blocking. */

import { exact, parseFigure } from "/forms/scripts/interpreter.js";

export function showHints(sheet, { form, place }) {
  const columns = new Map(form.columns.map((column) => [column.code, column]));
  const rows = new Map(form.rows.map((row) => [row.code, row]));
  let current = null;

  function mark(cell) {
    const input = sheet.inputOf(cell);
    if (!input) return;
    const taken = cell.dataset.source !== undefined && input.value === cell.dataset.taken;
    const unusual = isUnusual(cell, measureOf(cell, columns, rows), input.value);
    cell.classList.toggle("is-taken", taken);
    cell.classList.toggle("is-unusual", unusual);
    input.title = wordsOf(cell, { taken, unusual });
    if (cell === current) tell(cell);
  }

  function tell(cell) {
    const told = cell.classList;
    place.textContent = [
      told.contains("is-taken") ? cell.dataset.source : "",
      (told.contains("is-unusual") ? cell.dataset.unusual : cell.dataset.usual) ?? "",
    ].filter(Boolean).join(" · ");
    place.classList.toggle("unusual-text", told.contains("is-unusual"));
  }

  sheet.addEventListener("enter", ({ detail: cell }) => {
    const left = current;
    current = cell;
    // What was typed and taken back, or restored from this device, is told by no event.
    if (left) mark(left);
    mark(cell);
    tell(cell);
  });
  sheet.addEventListener("change", ({ detail }) => detail.forEach(({ cell }) => mark(cell)));
  sheet.table.addEventListener("input", ({ target }) => mark(target.closest("[data-column]")));
}

function wordsOf(cell, { taken, unusual }) {
  const words = [taken && cell.dataset.source, unusual && cell.dataset.unusual];
  return words.filter(Boolean).join(" · ");
}

/** The row's own words hold before the column's. */
function measureOf(cell, columns, rows) {
  const [column, row] = [columns.get(cell.dataset.column), rows.get(cell.dataset.row)];
  return { type: row.type ?? column.type, decimals: row.decimals ?? column.decimals };
}

function isUnusual(cell, measure, text) {
  const { least, most } = cell.dataset;
  if (least === undefined || text.trim() === "") return false;
  const { value } = parseFigure(text, measure);
  return value !== undefined && (isLess(value, exact(least)) || isLess(exact(most), value));
}

const isLess = (one, other) => one.n * other.d < other.n * one.d;
