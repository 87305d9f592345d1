"""What can be checked of accessibility by looking at a drawn page: names, headings, tables, targets, contrast."""

from __future__ import annotations

from typing import Any

_LOOK = """
() => {
  const faults = [];
  const say = (what, element) => {
    const text = (element.getAttribute("aria-label") || element.textContent || "").trim().replace(/\\s+/g, " ");
    const kind = `${element.tagName.toLowerCase()} class="${element.getAttribute("class") || ""}"`;
    faults.push(`${what}: <${kind}> ${text.slice(0, 60)}`);
  };
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false })
    && element.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
  const textOf = (id) => document.getElementById(id)?.textContent.trim();
  const nameOf = (element) => (element.getAttribute("aria-label")
    || (element.getAttribute("aria-labelledby") || "").split(" ").map(textOf).join(" ").trim()
    || [...(element.labels || [])].map((label) => label.textContent).join(" ").trim()
    || (element.matches("input, select, textarea") ? "" : element.textContent.trim())
    || element.querySelector("[alt]")?.alt || "");

  if (!document.documentElement.lang) faults.push("The page has no language");
  if (!document.title.trim()) faults.push("The page has no title");
  if (all("main").length !== 1) faults.push("There is not exactly one main landmark");

  for (const element of all("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=menuitem]")) {
    if (!nameOf(element)) say("No name", element);
  }
  for (const image of all("img:not([alt]), svg:not([aria-hidden=true], [aria-label], svg svg)")) say("No text", image);

  const headings = all("h1, h2, h3, h4, h5, h6");
  if (headings.filter((heading) => heading.tagName === "H1").length !== 1) {
    faults.push(`There is not exactly one first heading: ${headings.filter((h) => h.tagName === "H1").length}`);
  }
  headings.reduce((before, heading) => {
    const level = Number(heading.tagName[1]);
    if (before && level > before + 1) say(`Heading ${level} follows heading ${before}`, heading);
    return level;
  }, 0);

  for (const table of all("table")) {
    if (!table.caption?.textContent.trim()) say("A table without caption", table);
    for (const cell of table.querySelectorAll("th:not([scope])")) say("A heading cell without scope", cell);
  }

  const seen = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (seen.has(element.id)) say(`The id ${element.id} twice`, element);
    seen.add(element.id);
  }
  for (const name of ["aria-controls", "aria-labelledby", "aria-describedby", "popovertarget", "for"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(" ")) {
        if (id && !document.getElementById(id)) say(`${name} names ${id}, which is not there`, element);
      }
    }
  }

  // WCAG 2.5.8: 24 by 24, except links in a line of text, and controls with a label that is as large.
  const isInText = (link) => link.matches("a[href]") && getComputedStyle(link).display === "inline";
  for (const element of all("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const boxes = [element, ...(element.labels || [])].map((part) => part.getBoundingClientRect());
    if (element.matches(".visually-hidden, .skip") || isInText(element)) continue;
    const own = boxes[0];
    const margin = parseFloat(getComputedStyle(element).marginTop) + parseFloat(getComputedStyle(element).marginBottom);
    const height = Math.max(...boxes.map((box) => box.height), own.height + Math.max(0, margin));
    const width = Math.max(...boxes.map((box) => box.width), own.width + Math.max(0, margin));
    if (height < 23.9 || width < 23.9) say(`A target of ${Math.round(width)} by ${Math.round(height)}`, element);
  }

  const parse = (colour) => {
    const found = colour.match(/^rgba?\\(([^)]+)\\)$/);
    return found ? found[1].split(/[ ,/]+/).map(Number) : null;
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (!colour) return null;
      if (colour.length < 4 || colour[3] === 1) return colour;
      if (colour[3] > 0) return null;
    }
    return null;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !isSeen(element)) continue;
    if (element.closest(":disabled, svg, .visually-hidden")) continue;
    const style = getComputedStyle(element);
    const [front, back] = [parse(style.color), ground(element)];
    if (!front || !back || (front[3] ?? 1) < 1) continue;
    const [a, b] = [luminance(front), luminance(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if ((a + 0.05) / (b + 0.05) < needed) say(`Contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)}`, element);
  }

  if (document.documentElement.scrollWidth > innerWidth) {
    faults.push(`The page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
  }
  return faults;
}
"""

# Until every transition has come to its end: a colour half-way between two themes has no contrast.
_REST = """
async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const passing = document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime < 5000);
  await Promise.allSettled(passing.map((each) => each.finished));
}
"""


def faults_of(page: Any) -> list[str]:
    """Everything wrong with the page as it is drawn now; empty when nothing is."""
    page.evaluate(_REST)
    found: list[str] = page.evaluate(_LOOK)
    return found
