/*
 * The sheet for a doctor: a place named in the address's fragment is ticked, and what is ticked is kept there.
 * Nothing is sent or stored: what follows # never leaves the browser.
 */
"use strict";

const sheet = document.querySelector("[data-sheet]");
const boxes = [...sheet.querySelectorAll("input[data-zone]")];

// A link names the box itself, so that it leads there without this script, too.
const fragment = decodeURIComponent(window.location.hash.slice(1));
const named = new Set(fragment.split(",").map((name) => name.replace(/^zone-/, "")));
for (const box of boxes) {
  box.checked = named.has(box.dataset.zone);
}

sheet.addEventListener("change", (event) => {
  if (event.target.matches("input[data-zone]")) {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.dataset.zone);
    window.history.replaceState(null, "", chosen.length ? `#${chosen.join(",")}` : window.location.pathname);
  }
});

const print = sheet.querySelector("[data-print]");
print.hidden = false;
sheet.querySelector("[data-print-hint]").hidden = true;
print.addEventListener("click", () => window.print());
