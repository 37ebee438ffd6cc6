/** Faults at their cells, their count in the bar, and F8 to go from one to the next. */

export class Faults {
  constructor(sheet, { counter, list, labels }) {
    this.sheet = sheet;
    this.counter = counter;
    this.list = list;
    this.labels = labels;
    this.found = [];
  }

  /**
   * Shows `faults` ({row, column, detail, severity}) in place of those shown before; so many more
   * stand `beside` the grid, at their own fields.
   */
  show(faults, { blank = false, beside = 0 } = {}) {
    this.clear();
    this.found = faults;
    for (const fault of faults) this.mark(fault);
    this.count({ blank, beside });
    this.fillList();
  }

  clear() {
    for (const cell of this.sheet.table.querySelectorAll(".has-fault, .has-warning")) {
      cell.classList.remove("has-fault", "has-warning");
      cell.removeAttribute("title");
      this.sheet.focusable(cell).removeAttribute("aria-invalid");
      this.sheet.focusable(cell).removeAttribute("aria-describedby");
    }
    this.sheet.table.querySelectorAll("tr.fault-line").forEach((line) => line.remove());
  }

  mark(fault) {
    const cell = this.sheet.cell(fault.row, fault.column);
    const line = cell?.closest("tr") ?? this.lineOf(fault.row);
    if (cell) {
      cell.classList.add(fault.severity === "soft" ? "has-warning" : "has-fault");
      const target = this.sheet.focusable(cell);
      if (fault.severity !== "soft") target.setAttribute("aria-invalid", "true");
      target.setAttribute("aria-describedby", `fault-${fault.row}`);
    }
    if (line) this.messageUnder(line, fault);
  }

  lineOf(row) {
    return this.sheet.table.querySelector(`tr[data-row="${CSS.escape(row ?? "")}"]`);
  }

  messageUnder(line, fault) {
    const id = `fault-${fault.row}`;
    let holder = document.getElementById(id);
    if (!holder) {
      const under = document.createElement("tr");
      under.className = "fault-line";
      const place = document.createElement("td");
      place.colSpan = line.cells.length;
      holder = document.createElement("div");
      holder.id = id;
      holder.className = "fault-messages";
      place.append(holder);
      under.append(place);
      line.after(under);
    }
    holder.append(this.message(fault));
  }

  message(fault) {
    const text = document.createElement("p");
    text.className = fault.severity === "soft" ? "warning-message" : "fault-message";
    const kind = document.createElement("strong");
    kind.textContent = fault.severity === "soft" ? this.labels.warning : this.labels.fault;
    text.append(kind, ` ${fault.detail}`);
    return text;
  }

  count({ blank, beside }) {
    const soft = this.found.filter((fault) => fault.severity === "soft").length;
    const hard = this.found.length - soft + beside;
    const parts = [];
    if (hard > 0) parts.push(this.labels.faults.replace("{count}", hard));
    if (soft > 0) parts.push(this.labels.warnings.replace("{count}", soft));
    const none = blank ? this.labels.empty : this.labels.none;
    this.counter.textContent = parts.length > 0 ? parts.join(" · ") : none;
    this.counter.dataset.kind = hard > 0 ? "fault" : soft > 0 ? "warning" : blank ? "empty" : "none";
  }

  /** Faults that belong to no row of the form stand above the grid. */
  fillList() {
    const homeless = this.found.filter((fault) => !this.lineOf(fault.row));
    this.list.replaceChildren(...homeless.map((fault) => this.message(fault)));
    this.list.hidden = homeless.length === 0;
  }

  /** F8: the next cell with a fault after the one that has the focus; from the last to the first. */
  next() {
    const faulty = [...this.sheet.table.querySelectorAll(".has-fault, .has-warning")];
    if (faulty.length === 0) return;
    const here = document.activeElement?.closest("[data-column]");
    const order = [...this.sheet.cells.values()];
    const after = faulty.find((cell) => order.indexOf(cell) > order.indexOf(here));
    this.sheet.goTo(after ?? faulty[0]);
  }
}
