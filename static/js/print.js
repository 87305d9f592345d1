// A button with data-print prints the page. Without scripts it stays away: the browser's own menu prints.

for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
