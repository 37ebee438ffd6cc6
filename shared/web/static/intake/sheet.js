/** The cells of the form on the page: typed cells are inputs, derived cells are outputs. */

import { exact, vietnameseFigure } from "/forms/scripts/interpreter.js";

/** More than any cell keeps: the texts of derived cells are rounded already. */
const MOST_DECIMALS = 6;
const KEY = (row, column) => `${row}.${column}`;

export class Sheet extends EventTarget {
  /** @param {HTMLTableElement} table rows of cells with data-row and data-column */
  constructor(table) {
    super();
    this.table = table;
    /** Cells of words are fields like others: Tab goes through them in their order. */
    this.hasWords = table.querySelector("[data-word]") !== null;
    this.cells = new Map();
    this.lines = [];
    for (const line of table.tBodies[0].rows) {
      const cells = [...line.querySelectorAll("[data-column]")];
      if (cells.length === 0) continue;
      this.lines.push(cells);
      for (const cell of cells) this.cells.set(KEY(cell.dataset.row, cell.dataset.column), cell);
    }
  }

  cell(row, column) {
    return this.cells.get(KEY(row, column));
  }

  /** The input of a cell; null where the cell is derived. */
  inputOf(cell) {
    return cell ? cell.querySelector("input") : null;
  }

  /** What may take the focus in a cell: its input, else the cell itself. */
  focusable(cell) {
    return this.inputOf(cell) ?? cell;
  }

  inputs() {
    return [...this.cells.values()].map((cell) => this.inputOf(cell)).filter(Boolean);
  }

  /** Where a cell stands, as [line, place in the line]. */
  positionOf(cell) {
    const line = this.lines.findIndex((cells) => cells.includes(cell));
    return line < 0 ? null : [line, this.lines[line].indexOf(cell)];
  }

  at(line, place) {
    return this.lines[line]?.[place] ?? null;
  }

  text(row, column) {
    return this.inputOf(this.cell(row, column))?.value ?? "";
  }

  /** Writes several cells as one change, so that one undo takes them all back. */
  write(changes) {
    const done = [];
    for (const { cell, text } of changes) {
      const input = this.inputOf(cell);
      if (!input || input.value === text) continue;
      done.push({ cell, before: input.value, after: text });
      input.value = text;
    }
    if (done.length > 0) this.announce(done);
    return done;
  }

  /** Tells listeners what changed: derived cells, undo, autosave. */
  announce(changes) {
    this.dispatchEvent(new CustomEvent("change", { detail: changes }));
  }

  /** Exact text of every cell, by row and column; only derived cells are written. */
  showDerivedCells(values) {
    for (const cell of this.cells.values()) {
      const output = cell.querySelector("output");
      if (!output) continue;
      const { row, column } = cell.dataset;
      const text = values[row][column];
      const shown = text === null ? "" : vietnameseFigure(exact(text), MOST_DECIMALS);
      if (output.value !== shown) output.value = shown;
      output.classList.toggle("zero", shown === "0");
    }
  }

  /** Brings a cell into sight, whatever row is shown, and gives it the focus. */
  goTo(cell) {
    this.dispatchEvent(new CustomEvent("reveal", { detail: cell }));
    this.focusable(cell).focus();
  }

  /** Puts other texts in place of all that is typed, without telling anybody. */
  replaceAll(figures) {
    for (const cell of this.cells.values()) {
      const input = this.inputOf(cell);
      if (input) input.value = figures[cell.dataset.row]?.[cell.dataset.column] ?? "";
    }
  }

  /** What is being typed counts as typed, though the focus stays. */
  commitFocused() {
    const focused = document.activeElement;
    if (!this.table.contains(focused)) return;
    focused.blur();
    focused.focus();
  }

  /** What is typed, row by row; blank cells are left out. */
  figures() {
    const figures = {};
    for (const cell of this.cells.values()) {
      const text = this.inputOf(cell)?.value.trim() ?? "";
      if (text !== "") (figures[cell.dataset.row] ??= {})[cell.dataset.column] = text;
    }
    return figures;
  }
}
