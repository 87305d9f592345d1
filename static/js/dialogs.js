// Native dialogs: any [data-open="id"] opens, any [data-close] inside closes, a click on the backdrop closes.

export function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    open(document.getElementById(opener.dataset.open));
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    closer.closest("dialog")?.close();
    return;
  }
  if (event.target.matches?.("dialog[data-dialog]") && isOutside(event.target, event)) event.target.close();
});

function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  const isAtPointer = event.clientX || event.clientY;
  return (
    isAtPointer &&
    (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom)
  );
}

// A dialog that came with the page, or by htmx, and is to be seen at once.
function openAtOnce(root) {
  const dialog = root.matches?.("dialog[data-open-at-once]") ? root : root.querySelector?.("dialog[data-open-at-once]");
  open(dialog);
}

openAtOnce(document);
document.addEventListener("htmx:load", (event) => openAtOnce(event.target));

// The server closes a dialog by the header HX-Trigger: {"close-dialog": {"id": "…"}}.
document.addEventListener("close-dialog", (event) => document.getElementById(event.detail.id)?.close());
