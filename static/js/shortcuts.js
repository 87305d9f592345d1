// Keys. With Ctrl or Cmd they always work; single keys only where the person has not turned them off (WCAG 2.1.4).

import { open } from "./dialogs.js";
import { fold } from "./sidebar.js";
import { openPalette } from "./palette.js";
import { focusFilter } from "./filters.js";
import { peekRow } from "./lists.js";
import { moveRow, pickRow, pickRows } from "./tables.js";

const SINGLE = {
  "/": openPalette,
  "?": () => open(document.getElementById("shortcuts")),
  "[": fold,
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: pickRow,
  X: pickRows,
  p: peekRow,
  f: focusFilter,
};

// What the page itself says is done by this key: <a aria-keyshortcuts="e">Edit</a>. What stands in a closed menu is done
// as if the menu were open.
function press(key) {
  const found = /^[a-z]$/.test(key) && document.querySelector(`[aria-keyshortcuts="${key}"]`);
  const seen = found && (found.closest("[popover]")?.parentElement ?? found);
  if (!seen || !seen.checkVisibility()) return false;
  found.click();
  return true;
}

function isTyping(target) {
  return target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], dialog, [data-menu]");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  const hasModifier = event.ctrlKey || event.metaKey;
  if (hasModifier && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  } else if (hasModifier && event.key === "Enter") {
    const form = event.target.closest?.("form");
    if (form) {
      event.preventDefault();
      if (!event.repeat) form.requestSubmit();
    }
  } else if (!hasModifier && !event.altKey && document.documentElement.dataset.shortcuts === "on") {
    const act = SINGLE[event.key] ?? (() => press(event.key));
    if (!isTyping(event.target) && act() !== false) event.preventDefault();
  }
});
