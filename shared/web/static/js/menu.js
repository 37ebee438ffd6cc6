// Menus are <details>: they open by themselves; here they close on Escape or a click elsewhere.

const OPEN = "details.menu[open], details.closes[open]";

export function closeMenusFromOutside(root) {
  root.addEventListener("click", (event) => {
    for (const menu of root.querySelectorAll(OPEN)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of root.querySelectorAll(OPEN)) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
