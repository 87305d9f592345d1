// Repeated lines of a form: [data-add-line=url] asks the server for one more, [data-remove] takes its line away.

document.addEventListener("click", async (event) => {
  const add = event.target.closest?.("[data-add-line]");
  if (add) {
    const index = Number(add.dataset.next);
    add.dataset.next = String(index + 1);
    await window.htmx.ajax("GET", `${add.dataset.addLine}?index=${index}`, {
      target: `#${add.dataset.addTo}`,
      swap: "beforeend",
    });
    const first = "select, input:not([type=hidden])";
    document.getElementById(add.dataset.addTo).lastElementChild?.querySelector(first)?.focus();
    return;
  }
  const line = event.target.closest?.("[data-remove]")?.closest(".criterion, [data-line]");
  const form = line?.closest("form");
  line?.remove();
  form?.dispatchEvent(new CustomEvent("lines-changed"));
});

// Emptiness is compared with nothing: its value is out of sight.
document.addEventListener("change", (event) => {
  const comparator = event.target.closest?.("[data-comparator]");
  const value = comparator?.closest(".criterion").querySelector("[data-value]");
  if (value) value.hidden = comparator.value === "empty" || comparator.value === "not_empty";
});
