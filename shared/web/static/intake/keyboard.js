/**
 * Keys of the grid, after the WAI-ARIA data grid pattern and spreadsheets.
 *
 * Two modes: moving (arrows go from cell to cell, typing replaces) and editing (arrows move in the
 * text). F2 begins to edit; Enter goes down, Tab right, Esc takes the old text back. Where one row
 * is shown at a time, Enter goes to the next field, as on a phone's keyboard.
 */

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function enableKeyboard(sheet) {
  const state = { editing: false, before: "" };
  takeOneTabStop(sheet);
  sheet.table.addEventListener("focusin", (event) => entered(sheet, state, event));
  sheet.table.addEventListener("focusout", (event) => left(sheet, state, event));
  sheet.table.addEventListener("keydown", (event) => pressed(sheet, state, event));
  sheet.table.addEventListener("dblclick", () => (state.editing = true));
  sheet.table.addEventListener("input", () => (state.editing = true));
  // What was announced once (a paste, an undo) must not be announced again on leaving the cell.
  sheet.addEventListener("change", () => {
    const cell = document.activeElement?.closest("[data-column]");
    state.before = sheet.inputOf(cell)?.value ?? "";
  });
}

/** The grid is one stop for Tab: only the current cell can be reached. */
function takeOneTabStop(sheet) {
  if (sheet.hasWords) return;
  for (const cell of sheet.cells.values()) sheet.focusable(cell).tabIndex = -1;
  const first = sheet.inputs()[0];
  if (first) first.tabIndex = 0;
}

function entered(sheet, state, event) {
  const cell = event.target.closest("[data-column]");
  if (!cell) return;
  if (!sheet.hasWords) {
    sheet.table.querySelectorAll('[tabindex="0"]').forEach((each) => (each.tabIndex = -1));
    event.target.tabIndex = 0;
  }
  state.editing = false;
  const input = sheet.inputOf(cell);
  state.before = input?.value ?? "";
  input?.select();
  sheet.dispatchEvent(new CustomEvent("enter", { detail: cell }));
}

function left(sheet, state, event) {
  const cell = event.target.closest("[data-column]");
  const input = sheet.inputOf(cell);
  if (input && input.value !== state.before) {
    sheet.announce([{ cell, before: state.before, after: input.value }]);
  }
}

function pressed(sheet, state, event) {
  const cell = event.target.closest("[data-column]");
  if (!cell || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (handle(sheet, state, event, cell)) event.preventDefault();
}

/** True when the key was ours. */
function handle(sheet, state, event, cell) {
  if (event.key in MOVES && !state.editing) return move(sheet, cell, MOVES[event.key]);
  if (event.key === "Tab" && !sheet.hasWords) return move(sheet, cell, [0, event.shiftKey ? -1 : 1], { wrap: true });
  if (event.key === "Escape") return cancel(sheet, state, cell);
  if (event.key === "F2") return edit(sheet, state, cell);
  if (event.key === "Enter") {
    if (sheet.table.classList.contains("row-by-row")) {
      return move(sheet, cell, [0, 1], { wrap: true }) || commit(sheet, state, cell);
    }
    if (event.shiftKey) return move(sheet, cell, [-1, 0]);
    return move(sheet, cell, [1, 0]) || commit(sheet, state, cell);
  }
  if (state.editing) return false;
  if (event.key === "Home") return focus(sheet, firstOf(sheet, cell));
  if (event.key === "End") return focus(sheet, lastOf(sheet, cell));
  if (event.key === "Delete") return clear(sheet, cell);
  return false;
}

/** Goes one step; with `wrap`, over the typed cells only and on to the next line. */
function move(sheet, cell, [down, right], { wrap = false } = {}) {
  if (wrap) {
    const inputs = sheet.inputs();
    const here = inputs.indexOf(sheet.inputOf(cell));
    const next = here < 0 ? null : inputs[here + right];
    if (!next) return false;
    next.focus();
    return true;
  }
  const [line, place] = sheet.positionOf(cell);
  return focus(sheet, sheet.at(line + down, place + right));
}

function focus(sheet, cell) {
  if (!cell) return false;
  sheet.focusable(cell).focus();
  return true;
}

function firstOf(sheet, cell) {
  return sheet.at(sheet.positionOf(cell)[0], 0);
}

function lastOf(sheet, cell) {
  return sheet.lines[sheet.positionOf(cell)[0]].at(-1);
}

function edit(sheet, state, cell) {
  const input = sheet.inputOf(cell);
  if (!input) return false;
  state.editing = !state.editing;
  if (state.editing) input.setSelectionRange(input.value.length, input.value.length);
  else input.select();
  return true;
}

function cancel(sheet, state, cell) {
  const input = sheet.inputOf(cell);
  if (!input) return false;
  input.value = state.before;
  state.editing = false;
  input.select();
  return true;
}

/** On the last line Enter has nowhere to go, but what was typed counts. */
function commit(sheet, state, cell) {
  const input = sheet.inputOf(cell);
  if (input && input.value !== state.before) {
    sheet.announce([{ cell, before: state.before, after: input.value }]);
  }
  state.editing = false;
  return true;
}

function clear(sheet, cell) {
  sheet.write([{ cell, text: "" }]);
  return true;
}
