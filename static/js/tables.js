// Lists: ticking rows, the bar for what is ticked, and j, k, x to go through them.

const PICK = "tbody input[type=checkbox][name]";

function tables() {
  return [...document.querySelectorAll("table[data-selectable]")];
}

function update(table) {
  const boxes = [...table.querySelectorAll(PICK)];
  const count = boxes.filter((box) => box.checked).length;
  const all = table.querySelector("[data-pick-all]");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  const bar = barOf(table);
  if (!bar) return;
  const everything = bar.querySelector("[data-pick-everything]");
  const isEverything = Boolean(everything?.checked);
  bar.hidden = count === 0 && !isEverything;
  const told = isEverything ? (everything.dataset.total ?? "∞") : String(count);
  const shown = bar.querySelector("[data-bulk-count]");
  if (shown.textContent !== told) shown.textContent = told;
  for (const button of bar.querySelectorAll("[data-pick-between]")) {
    const [least, most] = button.dataset.pickBetween.split(" ").map(Number);
    button.hidden = isEverything || count < least || count > most;
  }
}

function barOf(table) {
  return (table.closest("form") ?? document).querySelector("[data-bulk-bar]");
}

let lastPicked;

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(`table[data-selectable] ${PICK}`);
  if (box && event.shiftKey && lastPicked?.isConnected) pickRange(box);
  if (box) lastPicked = box;
  if (event.target.closest?.("[data-bulk-clear]")) {
    for (const table of tables()) {
      const everything = barOf(table)?.querySelector("[data-pick-everything]");
      if (everything) everything.checked = false;
      setAll(table, false);
    }
  }
});

function pickRange(box) {
  const boxes = [...box.closest("table").querySelectorAll(PICK)];
  const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
  for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  update(box.closest("table"));
}

function setAll(table, checked) {
  for (const box of table.querySelectorAll(PICK)) box.checked = checked;
  update(table);
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-pick-everything]")) {
    for (const found of tables()) if (barOf(found)?.contains(event.target)) setAll(found, event.target.checked);
    return;
  }
  const table = event.target.closest?.("table[data-selectable]");
  if (!table) return;
  const everything = barOf(table)?.querySelector("[data-pick-everything]");
  if (everything && !event.target.checked) everything.checked = false; // one that is left out: no longer all
  if (event.target.matches("[data-pick-all]")) setAll(table, event.target.checked);
  else if (event.target.matches(PICK)) update(table);
});

document.addEventListener("htmx:load", () => tables().forEach(update));
addEventListener("pageshow", () => tables().forEach(update));

function rows() {
  return [...document.querySelectorAll("main table tbody tr:has(a[href])")];
}

export function moveRow(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[next].querySelector("a[href]").focus();
  return true;
}

function boxHere() {
  return document.activeElement?.closest("tr")?.querySelector(PICK.replace("tbody ", ""));
}

export function pickRow() {
  const box = boxHere();
  if (!box) return false;
  box.click();
  return true;
}

// From the row that was ticked last to this one.
export function pickRows() {
  const box = boxHere();
  if (!box) return false;
  if (!lastPicked?.isConnected || lastPicked === box) return pickRow();
  box.checked = lastPicked.checked;
  pickRange(box);
  lastPicked = box;
  return true;
}
