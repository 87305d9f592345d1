// The left bar: folds to icons on wide screens (kept in a cookie, so that the server draws it so), a drawer on narrow.

const root = document.documentElement;
const sidebar = document.getElementById("sidebar");
const scrim = document.querySelector(".scrim");
const opener = document.querySelector("[data-drawer-open]");
const isNarrow = matchMedia("(max-width: 48rem)");

export function fold() {
  if (isNarrow.matches) {
    close();
    return;
  }
  const state = root.dataset.sidebar === "folded" ? "open" : "folded";
  root.dataset.sidebar = state;
  document.cookie = `sidebar=${state}; path=/; max-age=31536000; samesite=lax`;
}

function open() {
  root.dataset.drawer = "open";
  scrim.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  document.querySelector(".main").inert = true;
  sidebar.querySelector("a[href], button")?.focus();
}

function close() {
  if (root.dataset.drawer !== "open") return;
  delete root.dataset.drawer;
  scrim.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  document.querySelector(".main").inert = false;
  opener.focus();
}

if (sidebar) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-fold]")) fold();
    else if (event.target.closest("[data-drawer-open]")) open();
    else if (event.target.closest("[data-drawer-close]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("[popover][data-menu]:popover-open")) close();
  });
  isNarrow.addEventListener("change", close);
}
