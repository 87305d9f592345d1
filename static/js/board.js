// The board of deals: cards move by drag, by a menu, by keys. What a move means, and every figure, comes from the server.

import { items, place } from "./menus.js";

const YEAR = 365 * 24 * 3600;
let pending; // the card that has been put down, and where it came from, until the server has answered
let dragged;
let asking; // the card whose menu is open

const board = () => document.querySelector("[data-board]");
const columnOf = (card) => card.closest("[data-column]");
const columns = () => [...board().querySelectorAll("[data-column]")];
const cardsOf = (column) => [...column.querySelectorAll("[data-card]")];
const nameOf = (card) => card.querySelector(".deal-card__name");
const isShown = (element) => element.getClientRects().length > 0;

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

// Moving --------------------------------------------------------------------------------------------------------------

function move(card, stage) {
  const from = columnOf(card);
  const to = board().querySelector(`[data-column="${stage}"]`);
  if (pending || !to || to === from) return;
  const shown = Math.max(cardsOf(from).length, cardsOf(to).length);
  pending = { id: card.id, parent: card.parentElement, next: card.nextElementSibling };
  card.setAttribute("aria-busy", "true");
  to.querySelector("ol").prepend(card);
  window.htmx.ajax("POST", card.dataset.moveUrl, {
    source: document.body,
    target: "#move-slot",
    swap: "innerHTML",
    values: { stage, version: card.dataset.version, from: from.dataset.column, shown, board: location.search },
  });
}

// The move was given up, or refused: the card goes back to where it was.
function putBack() {
  if (!pending) return;
  const { id, parent, next } = pending;
  pending = undefined;
  const card = document.getElementById(id);
  if (!card || !parent.isConnected) return;
  card.removeAttribute("aria-busy");
  parent.insertBefore(card, next?.isConnected ? next : null);
  settle(card);
}

function settle(card) {
  update();
  if (card && isShown(card)) {
    activate(card);
    nameOf(card).focus();
  }
}

document.addEventListener("close", (event) => event.target.id === "move-deal" && putBack(), true);
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const isRefused = event.detail.xhr?.status === 422;
    if (pending && !isRefused && !document.querySelector("#move-deal[open]")) putBack();
  });
}

// The server has drawn the columns anew.
document.addEventListener("deal-moved", (event) => {
  if (!board()) return;
  const column = pending && document.getElementById(pending.parent.id)?.closest("[data-column]");
  pending = undefined;
  update();
  const card = document.getElementById(`deal-${event.detail.id}`);
  if (card && isShown(card)) settle(card);
  else (column ?? columns().find(isShown))?.querySelector("h2").focus();
});

// By drag -------------------------------------------------------------------------------------------------------------

function over(column) {
  for (const each of board()?.querySelectorAll("[data-over]") ?? []) {
    if (each !== column) each.removeAttribute("data-over");
  }
  column?.setAttribute("data-over", "");
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card][draggable]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", nameOf(dragged).textContent);
  dragged.setAttribute("data-dragged", "");
});

document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest?.("[data-column]");
  if (!dragged) return;
  over(column && column !== columnOf(dragged) ? column : undefined);
  if (column) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest?.("[data-column]");
  if (!column) return;
  event.preventDefault();
  move(dragged, column.dataset.column);
});

document.addEventListener("dragend", () => {
  dragged?.removeAttribute("data-dragged");
  dragged = undefined;
  over(undefined);
});

// By menu -------------------------------------------------------------------------------------------------------------

function offer(card) {
  const menu = document.getElementById("move-menu");
  const opener = card.querySelector("[data-card-menu]");
  if (!menu || !opener) return;
  asking = card;
  for (const item of menu.querySelectorAll("[data-move-to]")) {
    item.disabled = item.dataset.moveTo === columnOf(card).dataset.column;
  }
  menu.showPopover();
  place(menu, opener);
  items(menu)[0]?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-card-menu]");
  if (opener && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    offer(opener.closest("[data-card]"));
    return;
  }
  const item = event.target.closest?.("[data-move-to]");
  if (item && asking?.isConnected) move(asking, item.dataset.moveTo);
});

// By keys -------------------------------------------------------------------------------------------------------------

function neighbour(card, step) {
  const all = columns();
  return all[all.indexOf(columnOf(card)) + step];
}

function across(card, step) {
  const all = columns();
  const at = cardsOf(columnOf(card)).indexOf(card);
  for (let place = all.indexOf(columnOf(card)) + step; all[place]; place += step) {
    const cards = cardsOf(all[place]).filter(isShown);
    if (cards.length) return cards[Math.min(at, cards.length - 1)];
  }
  return undefined;
}

function along(card, step) {
  const cards = cardsOf(columnOf(card));
  return cards[cards.indexOf(card) + step];
}

const GO = {
  ArrowUp: (card) => along(card, -1),
  ArrowDown: (card) => along(card, 1),
  ArrowLeft: (card) => across(card, -1),
  ArrowRight: (card) => across(card, 1),
  Home: (card) => cardsOf(columnOf(card))[0],
  End: (card) => cardsOf(columnOf(card)).at(-1),
};

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const canMove = card.dataset.moveUrl !== undefined;
  if (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    event.preventDefault();
    const to = canMove && neighbour(card, event.key === "ArrowLeft" ? -1 : 1);
    if (to) move(card, to.dataset.column);
  } else if (!event.shiftKey && GO[event.key]) {
    event.preventDefault();
    const next = GO[event.key](card);
    if (next) settle(next);
  } else if (event.key === "m" && canMove && document.documentElement.dataset.shortcuts === "on") {
    event.preventDefault();
    offer(card);
  }
});

// Of all the cards, Tab stops at one; the arrow keys lead to the others.
function activate(card) {
  for (const each of board().querySelectorAll("[data-card]")) {
    const stop = each === card ? 0 : -1;
    for (const inner of each.querySelectorAll("a, button")) inner.tabIndex = stop;
  }
}

document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (card && nameOf(card).tabIndex !== 0) activate(card);
});

// How it is shown -----------------------------------------------------------------------------------------------------

function update() {
  const shown = board();
  if (!shown) return;
  const chosen = document.querySelector("[data-board-switch]")?.value;
  for (const column of columns()) column.toggleAttribute("data-current", column.dataset.column === chosen);
  shown.setAttribute("data-switched", "");
  if (!shown.contains(document.activeElement)) activate(shown.querySelector("[data-card]"));
  else activate(document.activeElement.closest("[data-card]") ?? shown.querySelector("[data-card]"));
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-board-switch]")) update();
});

document.addEventListener("click", (event) => {
  const compact = event.target.closest?.("[data-board-compact]");
  if (compact) {
    const isOn = board().toggleAttribute("data-compact");
    compact.setAttribute("aria-pressed", String(isOn));
    remember("board-compact", isOn ? "1" : "0");
  }
  const fold = event.target.closest?.("[data-fold-column]");
  if (fold) {
    const isFolded = fold.closest("[data-column]").toggleAttribute("data-folded");
    fold.setAttribute("aria-expanded", String(!isFolded));
    remember("board-folded", columns().flatMap((each) => ("folded" in each.dataset ? [each.dataset.column] : [])).join("."));
  }
});

document.addEventListener("htmx:load", update);
addEventListener("pageshow", update);
update();
