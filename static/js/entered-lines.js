// In editors of lines, the line that one is in shows what stays out of sight elsewhere while it is empty ([data-entered]).
// While a pointer is held down no line closes: what is about to be pressed doesn't move away from under it.

let isHeld = false;

function closeOthers() {
  const here = document.activeElement?.closest("[data-lines] [data-line]");
  for (const line of document.querySelectorAll("[data-line][data-entered]")) {
    if (line !== here) line.removeAttribute("data-entered");
  }
}

document.addEventListener("focusin", (event) => {
  event.target.closest?.("[data-lines] [data-line]")?.setAttribute("data-entered", "");
  if (!isHeld) closeOthers();
});

document.addEventListener("pointerdown", () => {
  isHeld = true;
}, true);

for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => {
    isHeld = false;
    if (!document.activeElement?.matches("select")) closeOthers(); // its list is open, and would be left behind
  }), true);
}
