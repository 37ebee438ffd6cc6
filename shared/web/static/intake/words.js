/** What is said besides figures: the fields that the draft keeps beside the figures of the grid. */

import { add, figureText, parseFigure, rational } from "/forms/scripts/interpreter.js";

const NAME = /^(word|list|section):([^:]+)(?::([^:]+))?(?::([^:]+))?$/;

export class Words {
  /**
   * @param {HTMLFormElement} form @param {object} template what form_json gives
   * @param {object} files those that are attached, by section; they have a page of their own
   */
  constructor(form, template, files) {
    this.form = form;
    this.files = files;
    this.template = template;
    this.fields = [...form.elements].filter((field) => field.type !== "hidden" && NAME.test(field.name));
  }

  get exist() {
    return this.fields.length > 0 || this.template.lists.length > 0;
  }

  /** The fields in which the last check found a fault that nobody has worked on since. */
  get faulty() {
    return this.fields.filter((field) => field.getAttribute("aria-invalid") === "true");
  }

  /** Whether it is mended the next check tells; until then it is no longer marked. */
  mended(field) {
    field.removeAttribute("aria-invalid");
    field.closest(".field-with-error")?.classList.remove("field-with-error");
  }

  /** As the draft keeps them; undefined where the form asks for figures only. */
  read() {
    if (!this.exist) return undefined;
    const content = { texts: {}, lists: this.blankLists(), sections: {}, files: this.files };
    for (const field of this.fields) this.put(content, field.name, field.value.trim());
    return content;
  }

  blankLists() {
    const lists = {};
    for (const { code } of this.template.lists) {
      const count = Number(this.form.elements[`list:${code}`]?.value ?? 0);
      if (count > 0) lists[code] = Array.from({ length: count }, () => ({}));
    }
    return lists;
  }

  put(content, name, text) {
    const [, kind, first, second, third] = name.match(NAME);
    if (text === "") return;
    if (kind === "section") content.sections[first] = text;
    else if (kind === "word") (content.texts[first] ??= {})[second] = text;
    else content.lists[first][Number(second)][third] = text;
  }

  /** Puts back what was kept; entries that the page does not show stay where they were kept. */
  restore(content) {
    for (const field of this.fields) {
      const [, kind, first, second, third] = field.name.match(NAME);
      if (kind === "section") field.value = content.sections?.[first] ?? "";
      else if (kind === "word") field.value = content.texts?.[first]?.[second] ?? "";
      else field.value = content.lists?.[first]?.[Number(second)]?.[third] ?? "";
    }
  }

  /** The figures with those that lists fill in, as text that the interpreter reads. */
  fed(figures) {
    const cells = { ...figures };
    const { lists = {} } = this.read() ?? {};
    for (const list of this.template.lists) {
      const entries = (lists[list.code] ?? []).filter((entry) => Object.keys(entry).length > 0);
      for (const feed of list.feeds) {
        cells[feed.row] = { ...cells[feed.row], [feed.column]: fedText(entries, feed, list) };
      }
    }
    return cells;
  }
}

function fedText(entries, { operator, of }, { columns }) {
  if (operator === "count") return `${entries.length}`;
  const column = columns.find(({ code }) => code === of);
  const values = entries
    .map((entry) => parseFigure(entry[of] ?? "", column).value)
    .filter((value) => value !== undefined);
  return figureText(values.reduce(add, rational(0n)), column.decimals).replace(".", ",");
}
