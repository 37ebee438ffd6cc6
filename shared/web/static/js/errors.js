// After a refused form the summary of errors is what one should hear and see first.

export function focusErrorSummary(root) {
  root.querySelector(".error-summary")?.focus();
}
