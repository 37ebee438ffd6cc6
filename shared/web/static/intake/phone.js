/** On a narrow screen one row is shown at a time, with its place and two buttons. */

const NARROW = "(max-width: 640px)";

export function enableRowByRow(sheet, { bar, place, previous, next }) {
  const rows = sheet.lines.map((cells) => cells[0].closest("tr"));
  const narrow = window.matchMedia(NARROW);
  let current = 0;

  const show = (index) => {
    current = Math.max(0, Math.min(index, rows.length - 1));
    rows.forEach((row, at) => row.classList.toggle("is-current-row", at === current));
    place.textContent = `${current + 1}/${rows.length}`;
    previous.disabled = current === 0;
    next.disabled = current === rows.length - 1;
  };
  const go = (step) => {
    show(current + step);
    sheet.focusable(sheet.lines[current][0]).scrollIntoView({ block: "nearest" });
  };
  const apply = () => {
    sheet.table.classList.toggle("row-by-row", narrow.matches);
    bar.hidden = !narrow.matches;
  };

  previous.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  sheet.addEventListener("reveal", ({ detail: cell }) => show(rows.indexOf(cell.closest("tr"))));
  sheet.addEventListener("enter", ({ detail: cell }) => show(rows.indexOf(cell.closest("tr"))));
  narrow.addEventListener("change", apply);
  show(0);
  apply();
}
