// A button beside a password field that shows what was typed.

export function addPasswordToggles(root) {
  for (const button of root.querySelectorAll("button[data-shows]")) {
    const field = root.getElementById(button.dataset.shows);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.firstElementChild.textContent = shown
        ? button.dataset.hideLabel
        : button.dataset.showLabel;
    });
    // A field left in plain text would be offered by the browser's form history.
    field.form.addEventListener("submit", () => {
      field.type = "password";
    });
  }
}
