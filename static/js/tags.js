// Tags, with commas between them: while one types the last one, the tags in use that are like it are suggested.

const PAUSE = 150;
let waiting;
let running;
let made = 0;

const listOf = (field) => document.getElementById(field.getAttribute("aria-controls"));

// The words of the field, and the one that the cursor is in.
function read(field) {
  const before = field.value.slice(0, field.selectionStart).split(",");
  const after = field.value.slice(field.selectionStart).split(",");
  const at = before.length - 1;
  const words = [...before.slice(0, -1), before[at] + after[0], ...after.slice(1)].map((word) => word.trim());
  return { words, at };
}

function close(field) {
  clearTimeout(waiting);
  running?.abort();
  listOf(field).hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

async function suggest(field) {
  const { words, at } = read(field);
  running?.abort();
  if (!words[at]) return close(field);
  running = new AbortController();
  try {
    const place = new URL(field.dataset.tags, window.location.href);
    place.searchParams.set("q", words[at]);
    const answer = await fetch(place, { signal: running.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return close(field);
    const { results } = await answer.json();
    show(field, results.filter((tag) => !words.some((word, place) => place !== at && word === tag)));
  } catch (error) {
    if (error.name !== "AbortError") close(field);
  }
}

function show(field, tags) {
  if (!tags.length) return close(field);
  const list = listOf(field);
  list.replaceChildren(...tags.map(option));
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

function option(tag) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.className = "picker__option";
  item.id = `tag-option-${(made += 1)}`;
  item.textContent = tag;
  return item;
}

function choose(field, item) {
  const { words, at } = read(field);
  words[at] = item.textContent;
  const rest = words.slice(at + 1).filter(Boolean);
  const before = words.slice(0, at + 1).filter(Boolean).join(", ");
  field.value = [before, ...rest].join(", ");
  field.setSelectionRange(before.length, before.length);
  close(field);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function move(field, step) {
  const items = [...listOf(field).querySelectorAll("[role=option]")];
  const at = items.findIndex((item) => item.id === field.getAttribute("aria-activedescendant"));
  const next = items[at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length];
  for (const item of items) item.setAttribute("aria-selected", String(item === next));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-tags]");
  if (!field) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => suggest(field), PAUSE);
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-tags]");
  if (!field || listOf(field).hidden || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(field, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    const item = document.getElementById(field.getAttribute("aria-activedescendant"));
    if (!item) return close(field);
    event.preventDefault();
    choose(field, item);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(field);
  }
});

document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest?.("[data-tag-list] [role=option]");
  if (!item) return;
  event.preventDefault();
  choose(document.querySelector(`[aria-controls="${item.parentElement.id}"]`), item);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-tags]")) close(event.target);
});
