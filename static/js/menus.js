// Menus are native popovers; here they get their place, the arrow keys, and first-letter search.

const GAP = 4;

function buttonOf(menu) {
  return document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

export function items(menu) {
  return [...menu.querySelectorAll('[role^="menuitem"]:not(:disabled)')].filter((item) => item.offsetParent !== null);
}

export function place(menu, button) {
  const anchor = button.getBoundingClientRect();
  menu.style.minWidth = `${Math.min(anchor.width, 320)}px`;
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const fitsBelow = anchor.bottom + GAP + height <= innerHeight;
  const top = fitsBelow ? anchor.bottom + GAP : Math.max(GAP, anchor.top - GAP - height);
  const isAtEnd = anchor.left + width > innerWidth - GAP || getComputedStyle(button).direction === "rtl";
  const left = isAtEnd ? anchor.right - width : anchor.left;
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.min(Math.max(GAP, left), Math.max(GAP, innerWidth - width - GAP))}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("[data-menu]")) return;
    const button = buttonOf(menu);
    const isOpen = event.newState === "open";
    button?.setAttribute("aria-expanded", String(isOpen));
    if (isOpen && button) {
      place(menu, button);
      if (!menu.contains(document.activeElement)) items(menu)[0]?.focus();
    }
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const button = event.target.closest?.("[data-menu-button]");
  if (button && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const opened = document.getElementById(button.getAttribute("popovertarget"));
    opened.showPopover();
    // At once, not when the browser tells of it: the next key may already be on its way.
    items(opened).at(event.key === "ArrowDown" ? 0 : -1)?.focus();
    return;
  }
  const menu = event.target.closest?.("[data-menu]");
  if (menu) move(event, menu);
});

function move(event, menu) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = {
    ArrowDown: () => all[(at + 1) % all.length],
    ArrowUp: () => all[(at - 1 + all.length) % all.length],
    Home: () => all[0],
    End: () => all.at(-1),
  }[event.key];
  if (next) {
    event.preventDefault();
    next()?.focus();
  } else if (event.key === "Tab") {
    menu.hidePopover();
  } else if (event.key === "Escape") {
    event.preventDefault();
    menu.hidePopover();
    buttonOf(menu)?.focus();
  } else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const letter = event.key.toLocaleLowerCase();
    const rest = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    rest.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(letter))?.focus();
    event.stopPropagation();
  }
}

// An entry that was chosen closes its menu, unless it leads to another page anyway.
document.addEventListener("click", (event) => {
  const item = event.target.closest('[data-menu] [role^="menuitem"]');
  if (item && !item.matches("a[href]")) item.closest("[data-menu]").hidePopover();
});
