// After a refused form the summary of errors is what one should hear and see first.

export function focusErrorSummary(root) {
  root.querySelector(".error-summary")?.focus();
}

// The browser would speak its own language in a bubble, of one fault only; the page names all.
export function leaveJudgingToTheServer(root) {
  for (const form of root.querySelectorAll("form")) form.noValidate = true;
}
