// The filter builder: what its lines and groups say becomes one value, [data-typed], when the form is sent.

function partOf(line) {
  const told = {};
  for (const control of line.querySelectorAll("[name]")) {
    told[control.name] = control.multiple ? [...control.selectedOptions].map((option) => option.value) : control.value;
  }
  return told;
}

function groupOf(group) {
  const join = group.querySelector(":scope > * > [data-join]").value;
  const parts = [...group.querySelector(":scope > [data-parts]").children];
  return { [join]: parts.map((part) => (part.matches("[data-group]") ? groupOf(part) : partOf(part))) };
}

// Before htmx or the browser collects the form's values.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest?.("[data-filter]");
    if (form) form.querySelector("[data-typed]").value = JSON.stringify(groupOf(form.querySelector("[data-group]")));
  },
  true,
);

function toggle(panel, isOpen) {
  panel.hidden = !isOpen;
  document.querySelector(`[data-toggle="${panel.id}"]`)?.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) return;
  const first = panel.querySelector("[data-line] select");
  if (first) first.focus();
  else panel.querySelector("[data-add-part]")?.click();
}

export function focusFilter() {
  const panel = document.getElementById("filter-panel");
  if (!panel) return false;
  toggle(panel, true);
  return true;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-toggle]");
  if (opener) {
    const panel = document.getElementById(opener.dataset.toggle);
    toggle(panel, panel.hidden);
    return;
  }
  const remove = event.target.closest?.("[data-remove-part]");
  if (remove) {
    const part = remove.closest("[data-line], [data-group]");
    const next = part.nextElementSibling ?? part.previousElementSibling;
    const around = part.parentElement.closest("[data-group]");
    part.remove();
    (next?.querySelector("select") ?? around.querySelector(":scope > .row [data-add-part]"))?.focus();
    return;
  }
  const clear = event.target.closest?.("[data-filter-clear]");
  if (clear) {
    const form = clear.closest("form");
    form.querySelector("[data-group] > [data-parts]").replaceChildren();
    form.requestSubmit();
  }
});

// A new line, or a line whose field has changed, goes on where the person is.
document.addEventListener("htmx:afterSettle", (event) => {
  const button = event.detail.requestConfig?.elt;
  if (button?.matches?.("[data-add-part]")) event.detail.target.lastElementChild?.querySelector("select")?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const panel = event.target.closest?.("#filter-panel");
  if (!panel) return;
  toggle(panel, false);
  document.querySelector(`[data-toggle="${panel.id}"]`)?.focus();
});

// Who a view is shared with is chosen where it is shared.
document.addEventListener("change", (event) => {
  const chosen = event.target.closest?.("[data-visibility]");
  if (chosen) chosen.form.querySelector("[data-shares]").hidden = chosen.value !== "shared";
});
