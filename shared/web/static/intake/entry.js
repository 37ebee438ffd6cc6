/** The entry page: puts the parts together. Without scripts the page is a plain form. */

import { checkSheet } from "/forms/scripts/interpreter.js";
import { Autosave } from "./autosave.js";
import { Faults } from "./faults.js";
import { showFormulas } from "./formulas.js";
import { showHints } from "./hints.js";
import { enableKeyboard } from "./keyboard.js";
import { enablePaste } from "./paste.js";
import { enableRowByRow } from "./phone.js";
import { Sheet } from "./sheet.js";
import { enableUndo } from "./undo.js";
import { Words } from "./words.js";

const UNTIL_ASKED = new Set(["missing_cell", "nothing_entered"]);
/** What is done sooner need not be announced: a word that comes and goes is a flicker. */
const ANNOUNCED_AFTER_MILLISECONDS = 300;

const data = JSON.parse(document.getElementById("entry-data").textContent);
const form = document.getElementById("entry-form");
const nothing = document.getElementById("nothing_to_report");
const sheet = new Sheet(document.getElementById("entry-grid"));
const words = new Words(form, data.form, data.files);
/** Rows that were filled in have not been worked on yet. */
const settled = new Set(data.isFilled ? [] : Object.keys(sheet.figures()));
const faults = new Faults(sheet, {
  counter: document.getElementById("fault-count"),
  list: document.getElementById("loose-faults"),
  labels: {
    fault: data.labels.fault,
    warning: data.labels.warning,
    faults: data.labels.fault_count,
    warnings: data.labels.warning_count,
    none: data.labels.no_faults,
    empty: data.labels.nothing_entered,
  },
});

const autosave = new Autosave({
  url: data.draftUrl,
  key: data.draftKey,
  version: data.draftVersion,
  csrfToken: form.elements.csrf_token.value,
  read: () => ({
    figures: sheet.figures(),
    content: words.read(),
    nothing_to_report: nothing.checked,
    explanations: data.explanations,
  }),
  onState: showState,
  onSaved: showSaved,
});

let announcing = null;

function showState(state, saved) {
  clearTimeout(announcing);
  if (state === "saving") {
    announcing = setTimeout(() => writeState(state), ANNOUNCED_AFTER_MILLISECONDS);
  } else {
    writeState(state, saved);
  }
}

function writeState(state, saved) {
  const place = document.getElementById("save-state");
  const time = saved?.updated_at ? timeInVietnam(saved.updated_at) : "";
  place.textContent = (data.labels[state] ?? "").replace("{time}", time);
  place.dataset.state = state;
}

/** The first save makes a draft of what was not entered yet, and its badge says so. */
function showSaved(saved) {
  form.elements.draft_version.value = saved.version;
  const draft = document.getElementById("draft-badge");
  const badge = document.querySelector(".entry-deadline .badges");
  if (draft && badge) badge.replaceWith(draft.content.cloneNode(true));
}

function timeInVietnam(instant) {
  const format = { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh", hourCycle: "h23" };
  return new Intl.DateTimeFormat("vi-VN", format).format(new Date(instant));
}

function explanationsByCheck() {
  const found = {};
  for (const [key, text] of Object.entries(data.explanations)) {
    const [check, row] = key.split("/");
    (found[check] ??= {})[row] = text;
  }
  return found;
}

/** Derived cells at once; a rule is told of when its row has been left, not while it is typed. */
function judge() {
  const { values, faults: found } = checkSheet(data.form, words.fed(sheet.figures()), {
    previous: data.previous,
    samePeriodLastYear: data.samePeriodLastYear,
    sameYear: data.sameYear,
    explanations: explanationsByCheck(),
  });
  sheet.showDerivedCells(values);
  const told = nothing.checked ? [] : found.filter(isTold);
  const blank = !nothing.checked && Object.keys(sheet.figures()).length === 0;
  faults.show(told, { blank, beside: nothing.checked ? 0 : words.faulty.length });
}

function isTold(fault) {
  if (UNTIL_ASKED.has(fault.code) || fault.explanation) return false;
  return fault.code !== "cross_check_failed" || settled.has(fault.row);
}

function restoreFromThisDevice() {
  const kept = autosave.kept();
  if (!kept) return;
  sheet.replaceAll(kept.figures);
  if (kept.content) words.restore(kept.content);
  nothing.checked = kept.nothing_to_report;
  Object.keys(kept.figures).forEach((row) => settled.add(row));
  showState("restored");
  autosave.touch();
}

/**
 * The form is sent after the last save has come back, so that it names the right version. Without
 * a connection it is not sent at all: the page stays, with what was typed.
 */
async function sendWhenSaved(event) {
  if (!autosave.saving && !autosave.dirty) return;
  event.preventDefault();
  event.stopPropagation();
  await autosave.save();
  if (autosave.dirty) showState("not_sent");
  else form.requestSubmit(event.submitter);
}

let currentRow = null;
sheet.addEventListener("enter", ({ detail: cell }) => {
  if (currentRow !== null && currentRow !== cell.dataset.row) {
    settled.add(currentRow);
    judge();
  }
  currentRow = cell.dataset.row;
});
sheet.addEventListener("change", ({ detail }) => {
  if (detail.length > 1) detail.forEach(({ cell }) => settled.add(cell.dataset.row));
  judge();
  autosave.touch();
});
sheet.table.addEventListener("input", judge);
for (const field of words.fields) {
  field.addEventListener("input", () => {
    words.mended(field);
    judge();
    autosave.touch();
  });
}
nothing.addEventListener("change", () => {
  sheet.table.classList.toggle("is-off", nothing.checked);
  judge();
  autosave.touch();
});

enableKeyboard(sheet);
enableUndo(sheet);
enablePaste(sheet, {
  form: data.form,
  onPasted: ({ written, skipped, unplaced, unknown = false }) => {
    const parts = [unknown ? data.labels.unknown_columns : data.labels.pasted.replace("{count}", written)];
    if (skipped > 0) parts.push(data.labels.skipped.replace("{count}", skipped));
    if (unplaced.length > 0) parts.push(`${data.labels.unplaced} ${unplaced.join("; ")}`);
    document.getElementById("paste-note").textContent = parts.join(" · ");
  },
});
enableRowByRow(sheet, {
  bar: document.getElementById("row-steps"),
  place: document.getElementById("row-place"),
  previous: document.getElementById("row-previous"),
  next: document.getElementById("row-next"),
});
showHints(sheet, { form: data.form, place: document.getElementById("cell-hint") });
showFormulas(sheet, { form: data.form, place: document.getElementById("cell-formula") });

document.addEventListener("keydown", (event) => {
  if (event.key === "F8") {
    event.preventDefault();
    faults.next();
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    sheet.commitFocused();
    autosave.save();
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    sheet.commitFocused();
    form.requestSubmit(form.querySelector("button[value=check]"));
  }
});
document.getElementById("fault-count").addEventListener("click", () => faults.next());
document.querySelector(".error-summary")?.addEventListener("click", (event) => {
  const field = document.querySelector(event.target.closest("a")?.hash || null);
  const cell = field?.closest("[data-column]");
  if (!cell) return;
  event.preventDefault();
  sheet.goTo(cell);
});
form.addEventListener("submit", sendWhenSaved);
const previousSwitch = document.getElementById("show-previous");
previousSwitch?.addEventListener("change", () =>
  sheet.table.classList.toggle("shows-previous", previousSwitch.checked),
);
document.querySelectorAll("[data-needs-script]").forEach((element) => (element.hidden = false));
sheet.table.classList.toggle("is-off", nothing.checked);
sheet.table.classList.add("is-live");

restoreFromThisDevice();
if (sheet.table.querySelector(".has-fault, .has-warning") === null) judge();
