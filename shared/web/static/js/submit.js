// A second click while the first is on its way would send a form twice.

const AGAIN_AFTER_MILLISECONDS = 5000;

export function refuseSecondSubmit(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending === "true") {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "true";
    setTimeout(() => delete form.dataset.sending, AGAIN_AFTER_MILLISECONDS);
  });
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  });
}
