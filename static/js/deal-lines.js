// Editors of lines ([data-lines]): Tab in the last field of the last line adds one, Ctrl+Enter saves.

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-lines]");
  if (!form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
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
