// Short messages at the corner. They stay while the pointer or the focus is on them; failures stay until dismissed.

const SECONDS = 6;
const region = document.getElementById("toasts");
const template = document.getElementById("toast-template");
const icons = document.getElementById("toast-icons");
const words = document.getElementById("words")?.dataset ?? {};
const ICON_AT = { success: 0, danger: 1, error: 1, warning: 2 };

export function toast(message, tone = "info", action = undefined) {
  const shown = template.content.firstElementChild.cloneNode(true);
  shown.dataset.toast = tone;
  shown.querySelector("[data-toast-message]").textContent = message;
  if (action) shown.querySelector("[data-toast-message]").append("\u00a0 ", buttonOf(action));
  if (tone in ICON_AT) {
    shown.querySelector("svg").replaceWith(icons.content.children[ICON_AT[tone]].cloneNode(true));
  }
  raise();
  region.append(shown);
  start(shown);
}

// What was just done is taken back by a press: `url` is posted to, and its answer says what becomes of the page.
function buttonOf({ label, url }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = label;
  button.addEventListener("click", () => {
    button.disabled = true;
    window.htmx.ajax("POST", url, { source: document.body, swap: "none" });
    button.closest("[data-toast]").remove();
  });
  return button;
}

function start(shown) {
  if (["danger", "error", "warning"].includes(shown.dataset.toast)) return;
  let left = SECONDS;
  const clock = setInterval(() => {
    if (shown.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left <= 0) {
      clearInterval(clock);
      shown.remove();
    }
  }, 1000);
}

// In the top layer, above dialogs: a popover goes there each time that it is shown anew.
function raise() {
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

if (region) {
  region.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
  });
  raise();
  for (const shown of region.children) start(shown);
  // From the server, by the header HX-Trigger: {"toasts": [{"tone": …, "message": …}]}
  document.addEventListener("toasts", (event) => {
    const found = Array.isArray(event.detail) ? event.detail : event.detail.value;
    for (const { message, tone, action } of found ?? []) toast(message, tone, action);
  });
  document.addEventListener("htmx:sendError", () => toast(words.network, "danger"));
  document.addEventListener("htmx:timeout", () => toast(words.network, "danger"));
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"toasts"')) toast(words.failed, "danger");
  });
}
