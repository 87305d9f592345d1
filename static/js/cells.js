// Changing one cell of a list: Enter or a double click opens it, Enter saves, Escape leaves it as it was.

const before = new WeakMap();

function open(cell) {
  before.set(cell.closest("tr"), { cell: cell.cloneNode(true), index: cell.cellIndex });
  window.htmx.ajax("GET", cell.dataset.edit, { target: cell, swap: "outerHTML" });
}

function save(cell) {
  window.htmx.trigger(cell.querySelector("[hx-post]"), "save");
}

function cancel(cell) {
  const kept = before.get(cell.closest("tr"));
  if (!kept) return;
  cell.replaceWith(kept.cell);
  kept.cell.focus();
}

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("td[data-edit]");
  if (!cell) return;
  getSelection()?.removeAllRanges();
  open(cell);
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("[data-editing]");
  if (event.target.closest?.("[data-cell-save]")) save(cell);
  else if (event.target.closest?.("[data-cell-cancel]")) cancel(cell);
});

function step(event) {
  const row = event.target.closest("tr");
  const stops = [row.querySelector("th a[href]"), ...row.querySelectorAll("td[data-edit]")];
  const at = stops.indexOf(event.target);
  const next = stops[at + (event.key === "ArrowRight" ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !event.target.closest) return;
  const editing = event.target.closest("[data-editing]");
  if (editing) {
    const isText = !event.target.matches("textarea, button, [aria-expanded=true]");
    if (event.key === "Escape") {
      event.preventDefault();
      cancel(editing);
    } else if (event.key === "Enter" && isText) {
      event.preventDefault();
      save(editing);
    }
    return;
  }
  if (!event.target.closest(".table--list tbody")) return;
  if (event.key === "Enter" && event.target.matches("td[data-edit]")) {
    event.preventDefault();
    open(event.target);
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    step(event);
  }
});

// The control takes the focus when it comes; once it is saved, the cell has it again.
document.addEventListener("htmx:load", (event) => {
  const cell = event.target;
  if (!cell.matches?.("td")) return;
  if (cell.matches("[data-editing]")) {
    const control = cell.querySelector("input:not([type=hidden]), select, textarea");
    control?.focus();
    control?.select?.();
  } else if (cell.matches("[data-edit]")) {
    cell.focus();
  }
});
