// Buttons that put the text of another element on the clipboard.

export function addCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(root.getElementById(button.dataset.copies).textContent);
      button.textContent = button.dataset.doneLabel;
    });
  }
}
