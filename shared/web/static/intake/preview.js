/** A form that is looked at, not filled in: what is typed is computed and judged, never kept. */

import { checkSheet } from "/forms/scripts/interpreter.js";
import { Faults } from "./faults.js";
import { showFormulas } from "./formulas.js";
import { enableKeyboard } from "./keyboard.js";
import { enablePaste } from "./paste.js";
import { enableRowByRow } from "./phone.js";
import { Sheet } from "./sheet.js";
import { enableUndo } from "./undo.js";

const UNTIL_ALL_IS_TYPED = new Set(["missing_cell", "nothing_entered"]);

const { form, labels } = JSON.parse(document.getElementById("entry-data").textContent);
const sheet = new Sheet(document.getElementById("entry-grid"));
const faults = new Faults(sheet, {
  counter: document.getElementById("fault-count"),
  list: document.getElementById("loose-faults"),
  labels: {
    fault: labels.fault,
    warning: labels.warning,
    faults: labels.fault_count,
    warnings: labels.warning_count,
    none: labels.no_faults,
    empty: labels.nothing_entered,
  },
});

/** There is no other period here, so that rules which compare with one are not judged. */
function judge() {
  const figures = sheet.figures();
  const { values, faults: found } = checkSheet(form, figures, {
    previous: null,
    samePeriodLastYear: null,
    sameYear: false,
    explanations: {},
  });
  sheet.showDerivedCells(values);
  faults.show(
    found.filter((fault) => !UNTIL_ALL_IS_TYPED.has(fault.code)),
    { blank: Object.keys(figures).length === 0 },
  );
}

enableKeyboard(sheet);
enableUndo(sheet);
enablePaste(sheet, {
  form,
  onPasted: ({ written, skipped, unplaced, unknown = false }) => {
    const parts = [unknown ? labels.unknown_columns : labels.pasted.replace("{count}", written)];
    if (skipped > 0) parts.push(labels.skipped.replace("{count}", skipped));
    if (unplaced.length > 0) parts.push(`${labels.unplaced} ${unplaced.join("; ")}`);
    document.getElementById("paste-note").textContent = parts.join(" · ");
  },
});
enableRowByRow(sheet, {
  bar: document.getElementById("row-steps"),
  place: document.getElementById("row-place"),
  previous: document.getElementById("row-previous"),
  next: document.getElementById("row-next"),
});
showFormulas(sheet, { form, place: document.getElementById("cell-formula") });

sheet.addEventListener("change", judge);
document.addEventListener("keydown", (event) => {
  if (event.key !== "F8") return;
  event.preventDefault();
  faults.next();
});
document.getElementById("fault-count").addEventListener("click", () => faults.next());
document.querySelectorAll("[data-needs-script]").forEach((element) => (element.hidden = false));
sheet.table.classList.add("is-live");
judge();
