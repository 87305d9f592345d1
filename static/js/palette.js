// Search and go to: a combobox over the server's answer to /search/.

const PAUSE = 120;
const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const list = palette?.querySelector('[role="listbox"]');
const status = palette?.querySelector("[data-palette-status]");
let waiting;
let running;

export function openPalette() {
  if (!palette) return false;
  if (!palette.open) palette.showModal();
  field.focus();
  field.select();
  ask();
  return true;
}

async function ask() {
  running?.abort();
  running = new AbortController();
  const query = field.value.trim();
  try {
    const url = `${palette.dataset.url}?q=${encodeURIComponent(query)}`;
    const answer = await fetch(url, { signal: running.signal, headers: { Accept: "application/json" } });
    if (answer.ok) show(await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") show({ groups: [] });
  }
}

function show({ groups }) {
  const drawn = groups.map((group, at) => drawGroup(group, at));
  const count = groups.reduce((sum, group) => sum + group.hits.length, 0);
  if (!count) {
    const none = document.createElement("p");
    none.className = "palette__none";
    none.textContent = palette.dataset.none;
    drawn.push(none);
  }
  list.replaceChildren(...drawn);
  status.textContent = count ? String(count) : palette.dataset.none;
  choose(hits()[0]);
}

function drawGroup({ label, hits }, groupAt) {
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  const heading = document.createElement("p");
  heading.className = "palette__group";
  heading.textContent = label;
  heading.setAttribute("aria-hidden", "true");
  group.append(heading, ...hits.map((hit, at) => drawHit(hit, `hit-${groupAt}-${at}`)));
  return group;
}

function drawHit({ label, url, detail }, id) {
  const hit = document.createElement("a");
  hit.className = "palette__hit";
  hit.setAttribute("role", "option");
  hit.id = id;
  hit.href = url;
  hit.tabIndex = -1;
  const name = document.createElement("span");
  name.className = "truncate";
  name.textContent = label;
  const more = document.createElement("span");
  more.className = "palette__detail truncate";
  more.textContent = detail;
  hit.append(name, more);
  return hit;
}

function hits() {
  return [...list.querySelectorAll('[role="option"]')];
}

function choose(hit) {
  for (const other of hits()) other.setAttribute("aria-selected", String(other === hit));
  if (hit) field.setAttribute("aria-activedescendant", hit.id);
  else field.removeAttribute("aria-activedescendant");
  hit?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = hits();
  const at = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  choose(all[(at + step + all.length) % all.length]);
}

if (palette) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) openPalette();
  });
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.querySelector('[aria-selected="true"]')?.click();
    }
  });
  list.addEventListener("pointermove", (event) => {
    const hit = event.target.closest('[role="option"]');
    if (hit && hit.getAttribute("aria-selected") !== "true") choose(hit);
  });
}
