/** Ctrl+Z takes the last change back, Ctrl+Y or Ctrl+Shift+Z does it again. */

const DEPTH = 200;

export function enableUndo(sheet) {
  const past = [];
  const future = [];
  let replaying = false;
  sheet.addEventListener("change", ({ detail }) => {
    if (replaying) return;
    past.push(detail);
    if (past.length > DEPTH) past.shift();
    future.length = 0;
  });
  const replay = (from, to, side) => {
    const changes = from.pop();
    if (!changes) return;
    to.push(changes);
    replaying = true;
    sheet.write(changes.map((each) => ({ cell: each.cell, text: each[side] })));
    replaying = false;
    sheet.goTo(changes[0].cell);
  };
  sheet.table.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    event.target.blur();
    if (key === "y" || event.shiftKey) replay(future, past, "after");
    else replay(past, future, "before");
  });
}
