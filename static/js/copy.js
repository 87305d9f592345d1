// [data-copy="id"] copies that element's text and says so.

import { toast } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    toast(button.dataset.copied, "success");
  } catch {
    // No clipboard (plain http, or refused): select the text, so that the person's own copy command works.
    getSelection().selectAllChildren(source);
  }
});
