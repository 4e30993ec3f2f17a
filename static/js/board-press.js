/*
 * A press on a time that is not free asks about the very time under the pointer, and not about where the gray begins.
 * In a day by rooms it books there. Opens no menu of a card while another is open.
 */
"use strict";

(() => {
  const board = document.getElementById("board");

  board.addEventListener("click", (event) => {
    const run = event.target.closest("a.board-run");
    const body = event.target.closest(".board-column .board-body");
    const grid = board.querySelector(".board");
    if (!body || event.detail === 0 || event.button !== 0) {
      return; // the keyboard goes where the link says
    }
    const column = body.closest(".board-column");
    const empty = event.target === body || event.target.matches("span.board-run");
    const rooms = grid.hasAttribute("data-rooms") && empty && grid.dataset.option && column.dataset.who !== "r0";
    if (!run && !rooms) {
      return;
    }
    const rect = body.getBoundingClientRect();
    const step = Number(grid.dataset.step);
    const minutes = ((event.clientY - rect.top) / rect.height) * Number(column.dataset.minutes);
    const instant = Number(column.dataset.first) + Math.floor(minutes / step) * step * 60;
    event.preventDefault();
    const to = new URL(`at/${instant}/${column.dataset.who}/${grid.dataset.option}/`, location.href);
    if (event.ctrlKey || event.metaKey) {
      window.open(to, "_blank");
    } else {
      location.assign(to);
    }
  });

  board.addEventListener(
    "toggle",
    (event) => {
      if (event.target.open) {
        board.querySelectorAll("details[open]").forEach((menu) => menu !== event.target && menu.removeAttribute("open"));
      }
    },
    true,
  );
  document.addEventListener("pointerdown", (event) => {
    board.querySelectorAll("details[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && board.querySelector("details[open]");
    if (open) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    }
  });
})();
