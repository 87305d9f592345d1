// Noting things: files go up as soon as they are chosen or dropped. Ctrl+Enter, as in every form: shortcuts.js.

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.matches?.("input[type=file][data-send-at-once]") && input.files.length) input.form.requestSubmit();
});

// Whoever comes to note something goes on where one writes.
if (location.hash === "#composer") document.querySelector("#composer :is(input:not([type=hidden], [type=radio], [type=checkbox]), textarea)")?.focus();

// Another kind was chosen: go on where one writes.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "composer") return;
  document.querySelector("#composer .error-summary, #composer input:not([type=hidden]), #composer textarea")?.focus();
});
