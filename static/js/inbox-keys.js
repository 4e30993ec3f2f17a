/* j and k go from request to request in the inbox. Everything works without it. */
(() => {
  "use strict";
  const boxes = [...document.querySelectorAll("[data-request] input[type=checkbox]")];
  const help = document.querySelector(".inbox-keys");
  if (!boxes.length) return;
  if (help) help.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== "j" && event.key !== "k")) return;
    const where = document.activeElement;
    if (where && where.matches("textarea, select, input:not([type=checkbox]):not([type=radio])")) return;
    const row = where && where.closest("[data-request]");
    const at = row ? boxes.findIndex((box) => row.contains(box)) : -1;
    const to = event.key === "j" ? Math.min(at + 1, boxes.length - 1) : Math.max(at - 1, 0);
    event.preventDefault();
    boxes[to].focus();
    boxes[to].closest("[data-request]").scrollIntoView({ block: "nearest" });
  });
})();
