// The button stays for those without a script; with one, choosing is enough.

export function submitOnChange(root) {
  for (const form of root.querySelectorAll("[data-submit-on-change]")) {
    form.querySelector("button").hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
}

submitOnChange(document);
