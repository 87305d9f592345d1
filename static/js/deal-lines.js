// Editors of lines ([data-lines]): Tab in the last field of the last line adds one, Ctrl+Enter or Ctrl+S saves, Alt and an arrow key
// moves a line. Whatever moves one tells the form, by `lines-changed`.

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
  const isFilled = [...line.querySelectorAll("input")].some((input) => input.name !== "line" && input.value.trim());
  if (line.nextElementSibling || !isFilled) return;
  event.preventDefault();
  form.querySelector("[data-add-line]").click();
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
