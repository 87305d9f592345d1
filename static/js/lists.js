// Lists of records: the panel beside them, and the order of their columns.

let peekedFrom;

function peek() {
  return document.getElementById("peek");
}

function closePeek() {
  const panel = peek();
  if (!panel || panel.hidden) return false;
  panel.hidden = true;
  panel.replaceChildren();
  peekedFrom?.focus();
  return true;
}

export function peekRow() {
  const opener = document.activeElement?.closest("tr")?.querySelector("[data-peek]");
  if (!opener) return false;
  opener.click();
  return true;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-peek]");
  if (opener) peekedFrom = opener;
  if (event.target.closest?.("[data-peek-close]")) closePeek();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== peek()) return;
  peek().hidden = false;
  peek().querySelector("a[href]")?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (event.target.closest?.("dialog, [data-menu], [data-editing], #filter-panel")) return;
  if (closePeek()) event.preventDefault();
});

// Columns: dragged (reorder.js), or moved by a row's buttons, or by Alt and the arrow keys.
function move(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  other?.[step < 0 ? "before" : "after"](row);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-move]");
  const row = button?.closest("[data-reorder-row]");
  if (!row) return;
  move(row, Number(button.dataset.move));
  button.focus();
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const box = event.target.closest?.("[data-move-keys]");
  if (!box) return;
  event.preventDefault();
  move(box.closest("[data-reorder-row]"), event.key === "ArrowUp" ? -1 : 1);
  box.focus();
});

// Which groups of pinned views are folded, is remembered here.
const FOLDED = "folded-pins";

function folded() {
  try {
    return new Set(JSON.parse(localStorage.getItem(FOLDED) ?? "[]"));
  } catch {
    return new Set();
  }
}

for (const group of document.querySelectorAll("[data-nav-below]")) {
  if (folded().has(group.dataset.navBelow)) group.open = false;
  group.addEventListener("toggle", () => {
    const names = folded();
    if (group.open) names.delete(group.dataset.navBelow);
    else names.add(group.dataset.navBelow);
    localStorage.setItem(FOLDED, JSON.stringify([...names]));
  });
}
