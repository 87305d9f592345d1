// Chooses one record out of many: a combobox over the suggestions that `data-url` answers while one types.
// With `data-picker-many="name"` it chooses several: each becomes a ticked box of that name.

const PAUSE = 150;
let waiting;
let running;
let made = 0;

function parts(picker) {
  return {
    value: picker.querySelector("[data-picker-value]"),
    field: picker.querySelector("[role=combobox]"),
    list: picker.querySelector("[role=listbox]"),
  };
}

// With data-free, what is typed may also stand for itself.
function isFree(picker) {
  return "free" in picker.dataset;
}

function close(picker) {
  const { field, list } = parts(picker);
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

async function suggest(picker) {
  const { field } = parts(picker);
  running?.abort();
  running = new AbortController();
  try {
    const place = new URL(picker.dataset.url, window.location.href);
    place.searchParams.set("q", field.value.trim());
    const answer = await fetch(place, { signal: running.signal, headers: { Accept: "application/json" } });
    if (answer.ok) show(picker, (await answer.json()).results);
  } catch (error) {
    if (error.name !== "AbortError") close(picker);
  }
}

function show(picker, results) {
  const { field, list } = parts(picker);
  list.replaceChildren(...results.map(option));
  if (!results.length) {
    const none = document.createElement("li");
    none.className = "picker__none";
    none.textContent = picker.dataset.none;
    list.append(none);
  }
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

function option({ id, name, detail }) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.className = "picker__option";
  item.id = `picker-option-${(made += 1)}`;
  item.dataset.id = id;
  item.dataset.name = name;
  item.append(name);
  if (detail) {
    const more = document.createElement("span");
    more.className = "faint";
    more.textContent = detail;
    item.append(" ", more);
  }
  return item;
}

function tick(picker, item) {
  const { field } = parts(picker);
  const chosen = picker.querySelector("[data-picker-chosen]");
  let box = [...chosen.querySelectorAll("input")].find((known) => known.value === item.dataset.id);
  if (!box) {
    box = document.createElement("input");
    Object.assign(box, { type: "checkbox", className: "check", name: picker.dataset.pickerMany, value: item.dataset.id });
    box.id = `${field.id}-${item.dataset.id}`;
    const label = document.createElement("label");
    label.htmlFor = box.id;
    label.textContent = item.dataset.name;
    const choice = document.createElement("div");
    choice.className = "choice";
    choice.append(box, label);
    chosen.append(choice);
    chosen.hidden = false;
  }
  box.checked = true;
  field.value = "";
  close(picker);
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(picker, item) {
  if ("pickerMany" in picker.dataset) {
    tick(picker, item);
    return;
  }
  const { value, field } = parts(picker);
  value.value = item.dataset.id;
  field.value = item.dataset.name;
  close(picker);
  value.dispatchEvent(new Event("input", { bubbles: true }));
  value.dispatchEvent(new Event("chosen"));
}

function move(picker, step) {
  const { field, list } = parts(picker);
  const items = [...list.querySelectorAll("[role=option]")];
  if (!items.length) return;
  const at = items.findIndex((item) => item.id === field.getAttribute("aria-activedescendant"));
  const next = items[(at + step + items.length) % items.length] ?? items[0];
  for (const item of items) item.setAttribute("aria-selected", String(item === next));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("input", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker || event.target.getAttribute("role") !== "combobox") return;
  const { value } = parts(picker);
  if (value) value.value = "";
  clearTimeout(waiting);
  waiting = setTimeout(() => suggest(picker), PAUSE);
});

document.addEventListener("keydown", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker || event.target.getAttribute("role") !== "combobox") return;
  const { field, list } = parts(picker);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) suggest(picker);
    else move(picker, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Tab" && !list.hidden && field.hasAttribute("aria-activedescendant")) {
    choose(picker, document.getElementById(field.getAttribute("aria-activedescendant")));
  } else if (event.key === "Enter" && !list.hidden && !event.ctrlKey && !event.metaKey) {
    const item = document.getElementById(field.getAttribute("aria-activedescendant"));
    if (isFree(picker) && !item) {
      close(picker);
      return;
    }
    event.preventDefault();
    const only = list.querySelectorAll("[role=option]");
    if (item) choose(picker, item);
    else if (only.length === 1) choose(picker, only[0]);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    event.stopPropagation();
    close(picker);
  }
});

document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest?.(".picker__option");
  if (!item) return;
  event.preventDefault();
  choose(item.closest("[data-picker]"), item);
});

// Text that names nobody chosen chooses nobody: it is taken away, so that what is seen is what is saved. Where several
// can be chosen it is sent along, and the server looks it up; where it may stand for itself it stays.
document.addEventListener("focusout", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker || picker.contains(event.relatedTarget)) return;
  const { value, field } = parts(picker);
  clearTimeout(waiting); // suggestions that come too late would open the list again
  running?.abort();
  close(picker);
  if (value && !value.value && !isFree(picker)) field.value = "";
});
