/**
 * "Pick all" of a group picks its boxes, and shows whether all of them are picked. Without a script
 * it stays hidden, and each box is picked by itself.
 */

for (const all of document.querySelectorAll("[data-picks-all]")) {
  const boxes = [...all.closest("details").querySelectorAll("input[name=addressee]")];
  const show = () => {
    const picked = boxes.filter((box) => box.checked).length;
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", show));
  all.closest(".choice").hidden = false;
  show();
}
