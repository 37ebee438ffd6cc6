/** Pasting a block of a spreadsheet: tabs part the columns, line ends the rows. */

export function parseBlock(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return lines.map((line) => line.split("\t").map((part) => part.trim()));
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
  return { changes, skipped };
}

export function enablePaste(sheet, { onPasted }) {
  sheet.table.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-column]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const { changes, skipped } = placeBlock(sheet, cell, parseBlock(text));
    const written = sheet.write(changes);
    sheet.focusable(cell).select?.();
    onPasted({ written: written.length, skipped });
  });
}
