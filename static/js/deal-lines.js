// Editors of lines ([data-lines]): Tab in the last field of the last line adds one, Ctrl+Enter or Ctrl+S saves, Alt and an arrow key
// moves a line, Alt+Delete removes it. Enter goes to the next field of the lines; it doesn't send the form. Where lines have
// headings ([data-add-heading]), Alt+H puts one above the line. Whatever changes the lines tells the form, by `lines-changed`.

const FIELDS = "input:not([type=hidden]), select";

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-lines]");
  if (!form) return;
  if (["Enter", "s"].includes(event.key) && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.key !== "Tab" || event.shiftKey || !event.target.matches("[data-last-field]")) return;
  const line = event.target.closest("[data-line]");
  if (line.nextElementSibling || !isFilled(line)) return;
  event.preventDefault();
  form.querySelector("[data-add-line]").click();
});

function isFilled(line) {
  return [...line.querySelectorAll("input")].some((input) => input.name !== "line" && input.value.trim());
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
  const line = event.target.closest?.("form[data-lines] [data-line]");
  if (!line || !event.target.matches("input")) return;
  event.preventDefault();
  const fields = [...line.parentElement.querySelectorAll(`[data-line] :is(${FIELDS})`)];
  const next = fields[fields.indexOf(event.target) + 1];
  if (next) next.focus();
  else if (isFilled(line)) line.closest("form").querySelector("[data-add-line]").click();
});

async function addHeading(form, line) {
  const [add, button] = [form.querySelector("[data-add-line]"), form.querySelector("[data-add-heading]")];
  const above = line?.previousElementSibling;
  if (line?.matches("[data-heading]") || above?.matches("[data-heading]")) {
    (line.matches("[data-heading]") ? line : above).querySelector(FIELDS).focus();
    return;
  }
  const index = Number(add.dataset.next);
  add.dataset.next = String(index + 1);
  await window.htmx.ajax("GET", `${button.dataset.addHeading}?index=${index}&heading`, {
    target: line ?? `#${add.dataset.addTo}`,
    swap: line ? "beforebegin" : "beforeend",
  });
  document.getElementById(`line-${index}`)?.querySelector(FIELDS).focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-add-heading]")) addHeading(event.target.closest("form"));
});

document.addEventListener("keydown", (event) => {
  const form = event.altKey && event.code === "KeyH" && event.target.closest?.("form[data-lines]:has([data-add-heading])");
  if (!form) return;
  event.preventDefault();
  addHeading(form, event.target.closest("[data-line]"));
});

document.addEventListener("keydown", (event) => {
  const line = event.altKey && event.key === "Delete" && event.target.closest?.("form[data-lines] [data-line]");
  if (!line) return;
  event.preventDefault();
  const form = line.closest("form");
  const near = line.nextElementSibling ?? line.previousElementSibling;
  line.remove();
  (near?.querySelector(FIELDS) ?? form.querySelector("[data-add-line]"))?.focus();
  told(form);
});

function told(form) {
  form?.dispatchEvent(new CustomEvent("lines-changed"));
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest?.("form[data-lines] [data-reorder-row]");
  const other = event.key === "ArrowUp" ? row?.previousElementSibling : row?.nextElementSibling;
  if (!other) return;
  event.preventDefault();
  other[event.key === "ArrowUp" ? "before" : "after"](row);
  event.target.focus();
  told(row.closest("form"));
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-move]")) told(event.target.closest("form[data-lines]"));
});

document.addEventListener("dragend", (event) => {
  if (event.target.closest?.("[data-reorder-row]")) told(event.target.closest("form[data-lines]"));
});
