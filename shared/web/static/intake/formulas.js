/** The formula of a derived cell, shown in the bar while the cell has the focus. */

export function showFormulas(sheet, { form, place }) {
  const columns = new Map(form.columns.map((column) => [column.code, column]));
  const rows = new Map(form.rows.map((row) => [row.code, row]));
  sheet.addEventListener("enter", ({ detail: cell }) => {
    const column = columns.get(cell.dataset.column);
    place.textContent = formulaOf(column, rows.get(cell.dataset.row), form);
  });
}

function formulaOf(column, row, form) {
  const printed = column.formula_text?.replaceAll("[", "(").replaceAll("]", ")");
  if (row.sum_of_children && !column.is_ratio) {
    const children = form.rows.filter((each) => each.parent === row.code);
    const [first, last] = [children[0], children.at(-1)];
    return `${column.number} = Σ ${first.number || first.code}–${last.number || last.code}`;
  }
  return printed ? `${column.number} = ${printed}` : "";
}
