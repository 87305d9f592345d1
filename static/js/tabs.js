// Tabs that don't fit are scrolled sideways: the page begins with the current one in sight.

for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const strip = tab.closest(".tabs");
  const [held, seen] = [tab.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (held.right > seen.right) strip.scrollLeft += held.right - seen.right;
}
