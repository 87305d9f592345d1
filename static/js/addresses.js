// E-mail addresses as chips. The text field that the page came with stays, hidden, and holds them between commas;
// without this module it is typed into as it is.

const BETWEEN = /[,;\s]+/;
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

function held(field) {
  return field.value.split(BETWEEN).map((part) => part.replace(/^<|>$/g, "")).filter(Boolean);
}

function hold(field, addresses) {
  field.value = addresses.join(", ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function chip(address, words) {
  const made = document.createElement("li");
  made.className = "address-chip";
  if (!ADDRESS.test(address)) made.dataset.invalid = "";
  const text = document.createElement("span");
  text.textContent = address;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "address-chip__remove";
  remove.dataset.address = address;
  remove.setAttribute("aria-label", `${words} ${address}`);
  remove.textContent = "×";
  made.append(text, remove);
  return made;
}

function draw(box) {
  const { field, list, words } = box;
  list.replaceChildren(...held(field).map((address) => chip(address, words)));
  list.hidden = !list.children.length;
}

function take(box) {
  const typed = box.entry.value.split(BETWEEN).map((part) => part.replace(/^<|>$/g, "")).filter(Boolean);
  if (!typed.length) return;
  const known = held(box.field);
  const fresh = typed.filter((one) => !known.some((other) => other.toLowerCase() === one.toLowerCase()));
  box.entry.value = "";
  hold(box.field, [...known, ...fresh]);
  draw(box);
}

function remove(box, address) {
  hold(box.field, held(box.field).filter((other) => other !== address));
  draw(box);
  box.entry.focus();
}

function onKey(box, event) {
  if (["Enter", ",", ";"].includes(event.key) && !event.ctrlKey && !event.metaKey) {
    if (!box.entry.value.trim() && event.key === "Enter") return;
    event.preventDefault();
    take(box);
  } else if (event.key === "Backspace" && !box.entry.value) {
    const last = held(box.field).at(-1);
    if (last) remove(box, last);
  }
}

function enhance(holder) {
  const field = holder.querySelector("input");
  if (!field || holder.dataset.ready !== undefined) return;
  holder.dataset.ready = "";
  const entry = field.cloneNode();
  entry.removeAttribute("name");
  entry.removeAttribute("required");
  entry.removeAttribute("maxlength");
  entry.value = "";
  entry.setAttribute("list", holder.dataset.addresses);
  field.removeAttribute("id");
  field.type = "hidden";
  const frame = document.createElement("div");
  frame.className = "addresses";
  const list = document.createElement("ul");
  list.className = "addresses__chips";
  const box = { field, entry, list, words: holder.dataset.remove };
  field.before(frame);
  frame.append(list, entry, field);
  entry.addEventListener("keydown", (event) => onKey(box, event));
  entry.addEventListener("blur", () => take(box));
  entry.addEventListener("input", (event) => {
    event.stopPropagation();
    const offered = document.getElementById(holder.dataset.addresses);
    const chosen = event.inputType === "insertReplacementText" || !event.inputType;
    if (chosen && [...(offered?.options ?? [])].some((option) => option.value === entry.value)) take(box);
  });
  entry.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (!BETWEEN.test(pasted.trim())) return;
    event.preventDefault();
    entry.value += pasted;
    take(box);
  });
  list.addEventListener("click", (event) => {
    const pressed = event.target.closest(".address-chip__remove");
    if (pressed) remove(box, pressed.dataset.address);
  });
  frame.addEventListener("click", (event) => {
    if (event.target === frame || event.target === list) entry.focus();
  });
  draw(box);
}

function enhanceAll(root) {
  for (const holder of root.querySelectorAll("[data-addresses]")) enhance(holder);
}

document.addEventListener("htmx:load", (event) => enhanceAll(event.target));
enhanceAll(document);
