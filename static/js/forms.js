// Forms: filters that apply themselves, file drops, the error summary's focus, unsaved changes, going back.

const PAUSE = 300;
let waiting;

// A filter form with data-autosubmit applies at once; text waits for a pause in typing.
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-autosubmit]")) return;
  clearTimeout(waiting);
  const isTyped = event.target.matches("input:not([type=checkbox], [type=radio]), textarea");
  waiting = setTimeout(() => form.requestSubmit(), isTyped ? PAUSE : 0);
});

// A form whose edits would be lost asks before the page is left.
let unsaved;
document.addEventListener("input", (event) => {
  if (event.target.form?.matches("[data-guard]")) unsaved = event.target.form;
});
document.addEventListener("submit", (event) => {
  if (event.target === unsaved) unsaved = undefined;
});
addEventListener("beforeunload", (event) => {
  if (unsaved?.isConnected) event.preventDefault();
});

// A form is sent once: a second press of its button does nothing while the first is under way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.toggleAttribute("data-over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      const input = drop.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

function focusErrors(root) {
  root.querySelector?.("[data-focus-on-load]")?.focus();
}

focusErrors(document);
document.addEventListener("htmx:load", (event) => focusErrors(event.target));

// A link to a field's group goes to the first control in it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".error-summary a[href^='#']");
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  const control = target?.matches("input, select, textarea") ? target : target?.querySelector("input, select, textarea");
  if (control) {
    event.preventDefault();
    control.focus();
    control.scrollIntoView({ block: "center" });
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-back]")) history.back();
});

// The sign-in page's demo people: one press signs in as one of them.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fill-email]");
  if (!button) return;
  const form = document.querySelector("form:has([name=password])");
  form.elements.username.value = button.dataset.fillEmail;
  form.elements.password.value = button.dataset.fillPassword;
  form.requestSubmit();
});
