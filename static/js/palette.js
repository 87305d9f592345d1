// Search and go to: a combobox over the server's answer to /search/. The browser remembers the addresses of records
// that were opened; what they are called, and whether the person may still see them, the server says.

const PAUSE = 120;
const MOST_RECENT = 10;
const RECORD = /^\/(?:crm|finance)\/\d+\/[a-z-]+\/\d+(?=\/|$)/;
const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const list = palette?.querySelector('[role="listbox"]');
const status = palette?.querySelector("[data-palette-status]");
const note = palette?.querySelector("[data-palette-note]");
let waiting;
let running;
let isStale = false; // what the list shows is older than what was typed
let isChosen = false; // Enter came before the answer

export function openPalette() {
  if (!palette) return false;
  if (!palette.open) palette.showModal();
  field.focus();
  field.select();
  isStale = true;
  isChosen = false;
  ask();
  return true;
}

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(palette.dataset.recent) ?? "[]");
    return Array.isArray(kept) ? kept.filter((path) => RECORD.test(path)).slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}

function remember() {
  const here = recordHere();
  if (!here) return;
  try {
    const kept = [here, ...remembered().filter((path) => path !== here)].slice(0, MOST_RECENT);
    localStorage.setItem(palette.dataset.recent, JSON.stringify(kept));
  } catch {
    // Storage is full or forbidden: nothing is remembered.
  }
}

// The address of the record whose page this is, as its room writes it.
function recordHere() {
  const found = location.pathname.match(RECORD)?.[0];
  return found && found.startsWith("/finance/") ? `${found}/` : found;
}

async function ask() {
  clearTimeout(waiting);
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const query = field.value.trim();
  const asked = new URLSearchParams({ q: query, at: recordHere() ?? "" });
  if (!query) for (const path of remembered()) if (path !== recordHere()) asked.append("recent", path);
  try {
    const answer = await fetch(`${palette.dataset.url}?${asked}`, {
      signal: mine.signal,
      headers: { Accept: "application/json" },
    });
    const told = answer.ok ? await answer.json() : { groups: [] };
    if (running === mine) tell(query, told);
  } catch (error) {
    if (error.name !== "AbortError" && running === mine) tell(query, { groups: [] });
  }
}

function tell(query, answer) {
  isStale = field.value.trim() !== query;
  show(answer);
  if (isChosen && !isStale) press();
}

function show({ groups, icons = {}, meant = "" }) {
  const drawn = groups.map((group, at) => drawGroup(group, at, icons));
  const count = groups.reduce((sum, group) => sum + group.hits.length, 0);
  if (!count) {
    const none = document.createElement("p");
    none.className = "palette__none";
    none.textContent = palette.dataset.none;
    drawn.push(none);
  }
  list.replaceChildren(...drawn);
  note.hidden = !meant;
  note.textContent = meant ? palette.dataset.meant.replace("%s", meant) : "";
  status.textContent = count ? palette.dataset.count.replace("%s", count) : palette.dataset.none;
  choose(hits()[0]);
}

// What was typed counts, not what the list still shows.
function press() {
  isChosen = isStale;
  if (isStale) ask();
  else list.querySelector('[aria-selected="true"]')?.click();
}

function drawGroup({ label, hits }, groupAt, icons) {
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  const heading = document.createElement("p");
  heading.className = "palette__group";
  heading.textContent = label;
  heading.setAttribute("aria-hidden", "true");
  group.append(heading, ...hits.map((hit, at) => drawHit(hit, `hit-${groupAt}-${at}`, icons)));
  return group;
}

function drawHit({ parts, url, detail, icon, opens }, id, icons) {
  const hit = document.createElement(opens ? "button" : "a");
  hit.className = "palette__hit";
  hit.setAttribute("role", "option");
  hit.id = id;
  hit.tabIndex = -1;
  if (opens) {
    hit.type = "button";
    hit.dataset.open = opens;
  } else {
    hit.href = url;
  }
  if (icons[icon]) hit.innerHTML = icons[icon]; // drawn by the server, from its own set
  const name = document.createElement("span");
  name.className = "palette__name truncate";
  name.append(...parts.map(([text, isMatch]) => (isMatch ? marked(text) : text)));
  const more = document.createElement("span");
  more.className = "palette__detail truncate";
  more.textContent = detail;
  hit.append(name, more);
  return hit;
}

function marked(text) {
  const mark = document.createElement("mark");
  mark.className = "match";
  mark.textContent = text;
  return mark;
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
  if (!all.length) return;
  const at = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  choose(all[(at + step + all.length) % all.length]);
}

if (palette) {
  remember();
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) openPalette();
  });
  field.addEventListener("input", () => {
    isStale = true;
    isChosen = false;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      event.preventDefault();
      const all = hits();
      choose(event.key === "PageDown" ? all.at(-1) : all[0]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      press();
    }
  });
  list.addEventListener("pointermove", (event) => {
    const hit = event.target.closest('[role="option"]');
    if (hit && hit.getAttribute("aria-selected") !== "true") choose(hit);
  });
  // A dialog that an entry opens takes the palette's place. Also when a page comes back from the browser's cache.
  list.addEventListener("click", (event) => {
    if (event.target.closest('[role="option"]')) palette.close();
  });
}
