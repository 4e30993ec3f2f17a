/*
 * Single keys of the board: each does what a link with that data-key does. Never while somebody types, with the dialog
 * open, or with Ctrl, Alt or the like. They can be switched off in the help, which this browser then remembers.
 */
"use strict";

(() => {
  const KEPT = "board-keys";
  const SAME = { ArrowRight: "j", ArrowLeft: "k" };
  const help = document.getElementById("board-help");
  const choice = help.querySelector("[data-keys-switch]");
  const box = choice.querySelector("input");

  const remembered = () => {
    try {
      return localStorage.getItem(KEPT) !== "off";
    } catch {
      return true; // a browser that keeps nothing
    }
  };
  box.checked = remembered();
  choice.hidden = false;
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // it holds for this page
    }
  });

  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const typing = target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (!box.checked || typing || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (document.querySelector("dialog[open], .board--dragging")) {
      return;
    }
    if (event.key === "?") {
      help.open = !help.open;
      help.querySelector("summary").focus();
      return;
    }
    if (event.key in SAME && target.closest(".board-scroll")) {
      return; // arrows scroll there
    }
    const key = SAME[event.key] || event.key;
    const link = /^[a-z]$/.test(key) && document.querySelector(`.board-bar [data-key="${key}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
  });
})();
