// Noting things: files go up as soon as they are chosen or dropped. Ctrl+Enter, as in every form: shortcuts.js.

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.matches?.("input[type=file][data-send-at-once]") && input.files.length) input.form.requestSubmit();
});

// Whoever comes to note something goes on where one writes.
// The browser moves to the fragment once all is there, and takes the focus with it: this comes after.
if (location.hash === "#composer") {
  addEventListener("load", () => setTimeout(() => document.querySelector("#composer textarea")?.focus(), 50));
}

// Another kind was chosen: go on where one writes.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "composer") return;
  document.querySelector("#composer .error-summary, #composer input:not([type=hidden]), #composer textarea")?.focus();
});
