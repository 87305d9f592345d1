// Rows in an order of one's own: [data-reorder] is a form whose rows ([data-reorder-row]) are dragged; it is sent on drop.
// By keyboard, each row has buttons that move it a step: they need nothing from here.

let dragged;

function rowOf(target) {
  return target.closest?.("[data-reorder-row]");
}

document.addEventListener("dragstart", (event) => {
  dragged = rowOf(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  dragged.setAttribute("data-dragged", "");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && rowOf(event.target);
  if (!over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const { top, height } = over.getBoundingClientRect();
  over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
});

document.addEventListener("drop", (event) => {
  const form = dragged?.closest("form");
  if (!form?.matches("[data-reorder]")) return;
  event.preventDefault();
  form.requestSubmit();
});

document.addEventListener("dragend", () => {
  dragged?.removeAttribute("data-dragged");
  dragged = undefined;
});
