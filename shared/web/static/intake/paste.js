/**
 * Pasting a block of a spreadsheet: tabs part the columns, line ends the rows.
 *
 * A block of figures falls where the cursor is. A table that brings the names of its rows, like the
 * export of a one-stop system, is placed by those names, wherever the cursor is.
 */

const TOTAL = /^(tong cong|tong so|cong)$/;
/** In brackets: a bare number is a figure. */
const COLUMN_NUMBER = /^[([]\s*([0-9]+)\s*[)\]]/;

export function parseBlock(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return lines.map((line) => line.split("\t").map((part) => part.trim()));
}

/** Letters and digits without marks: "Hoà giải" and "hòa  giải" are one name. */
export function folded(text) {
  const bare = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d");
  return bare.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/** What a block changes when its first cell falls on `cell`, and how many cells found no place. */
export function placeBlock(sheet, cell, block) {
  const [line, place] = sheet.positionOf(cell);
  const changes = [];
  let skipped = 0;
  block.forEach((texts, down) =>
    texts.forEach((text, right) => {
      const target = sheet.at(line + down, place + right);
      if (sheet.inputOf(target)) changes.push({ cell: target, text });
      else if (text !== "") skipped += 1;
    }),
  );
  return { changes, skipped, unplaced: [] };
}

/** What a table with names of rows changes; null where it names no row of the form. */
export function placeTable(sheet, form, block) {
  const rows = new Map(form.rows.map((row) => [folded(row.label), row.code]));
  const at = nameColumn(block, rows);
  if (at < 0) return null;
  const columns = columnsOf(form, block, { at, rows });
  if (columns === null) return { changes: [], skipped: 0, unplaced: [], unknown: true };
  const changes = [];
  const unplaced = [];
  for (const texts of block) {
    const name = texts[at] ?? "";
    const row = rows.get(folded(name));
    if (row === undefined) {
      if (isForeignRow(texts, at)) unplaced.push(name);
      continue;
    }
    columns.forEach((column, place) => {
      const cell = column && sheet.cell(row, column);
      const text = texts[place] ?? "";
      if (cell && sheet.inputOf(cell) && text !== "") changes.push({ cell, text });
    });
  }
  return { changes, skipped: 0, unplaced };
}

/** Names stand in the first column, or in the second after running numbers. */
function nameColumn(block, rows) {
  return [0, 1].find((at) => block.some((texts) => rows.has(folded(texts[at] ?? "")))) ?? -1;
}

/** A line that is neither a heading nor a total, but has figures. */
function isForeignRow(texts, at) {
  const name = folded(texts[at] ?? "");
  const figures = texts.slice(at + 1).filter((text) => /\d/.test(text) && !/^[([]/.test(text));
  return /\p{L}/u.test(name) && !TOTAL.test(name) && figures.length > 0;
}

/** The column of the form that each column of the block is; null where that cannot be told. */
function columnsOf(form, block, { at, rows }) {
  const heading = headingOf(form, block, { at, rows });
  if (heading) return heading;
  const width = Math.max(...block.map((texts) => texts.length)) - at - 1;
  const every = form.columns.map((column) => column.code);
  const typed = form.columns.filter((column) => !column.formula).map((column) => column.code);
  const found = [every, typed].find((codes) => codes.length === width);
  return found ? [...Array(at + 1).fill(null), ...found] : null;
}

/** A line that holds the printed numbers or the names of the form's columns. */
function headingOf(form, block, { at, rows }) {
  const known = new Map();
  for (const column of form.columns) {
    known.set(folded(column.label), column.code);
    known.set(column.number.match(COLUMN_NUMBER)?.[1] ?? column.code, column.code);
  }
  const named = (text) => known.get(text.match(COLUMN_NUMBER)?.[1] ?? folded(text)) ?? null;
  for (const texts of block) {
    if (rows.has(folded(texts[at] ?? ""))) return null;
    const codes = texts.map((text, place) => (place > at ? named(text) : null));
    const written = texts.slice(at + 1).filter((text) => text !== "");
    if (written.length >= 2 && codes.filter(Boolean).length === written.length) return codes;
  }
  return null;
}

export function enablePaste(sheet, { form, onPasted }) {
  sheet.table.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-column]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const block = parseBlock(text);
    const { changes, ...told } = placeTable(sheet, form, block) ?? placeBlock(sheet, cell, block);
    const written = sheet.write(changes);
    sheet.focusable(cell).select?.();
    onPasted({ written: written.length, ...told });
  });
}
