/**
 * Keys of the review, all with Alt: single letters collide with Telex typing (and WCAG 2.1.4).
 * Alt+J next, Alt+K previous, Alt+D approve, Alt+T return.
 */

const ACTIONS = { j: () => step(1), k: () => step(-1), d: () => open("approve"), t: () => open("return") };

function links() {
  return [...document.querySelectorAll("#queue a[href^='/review/']")];
}

function step(by) {
  const all = links();
  const here = all.findIndex((link) => link.getAttribute("aria-current") === "page");
  const next = all[here < 0 ? 0 : here + by];
  if (next) location.assign(next.href);
}

function open(id) {
  const details = document.getElementById(id);
  if (!details) return;
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  details.querySelector("textarea, form button.button-primary")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const action = ACTIONS[event.code.replace("Key", "").toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
});

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
for (const button of document.querySelectorAll("[data-phrase]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById("reason");
    const text = field.value.trim();
    field.value = text ? `${text} ${button.textContent}` : button.textContent;
    field.focus();
  });
}
