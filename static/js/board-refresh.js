/*
 * Keeps the board up to date.
 *
 * About every second it asks for the stamp of what is shown (data-stamp-at of #board). Where the stamp is another one, the
 * page is fetched again and the inside of #board put in place of the old; scroll and focus stay. While a card is dragged, a
 * menu or the dialog is open, or somebody is in a box of a form, the change waits behind the button "Show it". Where only
 * time has passed nothing is said. A hidden tab does not ask; shown again it asks at once.
 *
 * "board:show" with a document as its detail puts that document's board in place at once.
 */
"use strict";

(() => {
  const board = document.getElementById("board");
  const state = document.getElementById("board-state");
  const words = state.querySelector("span");
  const button = state.querySelector("button");
  const EVERY = 1000;
  let timer = 0;
  let seen = Date.now();
  let waiting = null;
  let asking = false;
  let round = 0;
  let pressed = false; // a button or a finger is down on the board: it may become a drag

  const digest = (stamp) => stamp.split(".")[0];

  function underTheHand() {
    const focused = document.activeElement;
    return Boolean(
      pressed || document.querySelector(".board--dragging, #board details[open], dialog[open]") ||
        (focused && focused.matches("input, select, textarea") && focused.type !== "checkbox"),
    );
  }

  function say(text, { offer = false, wrong = false } = {}) {
    state.hidden = !text;
    state.dataset.kind = wrong ? "error" : "";
    if (words.textContent !== text) {
      words.textContent = text;
    }
    button.hidden = !offer;
  }

  function keyOf(element) {
    if (!element || !board.contains(element)) {
      return "";
    }
    if (element.matches(".board-scroll")) {
      return ".board-scroll";
    }
    const href = element.getAttribute("href");
    return href ? `[href="${CSS.escape(href)}"]` : "";
  }

  function show(page) {
    const fresh = page.getElementById("board");
    if (!fresh) {
      return false;
    }
    const scroller = board.querySelector(".board-scroll");
    const at = scroller ? [scroller.scrollLeft, scroller.scrollTop] : [0, 0];
    const key = keyOf(document.activeElement);
    board.replaceChildren(...fresh.childNodes);
    board.dataset.stamp = fresh.dataset.stamp;
    const now = board.querySelector(".board-scroll");
    if (now) {
      now.scrollTo(...at);
    }
    if (key) {
      board.querySelector(key)?.focus({ preventScroll: true });
    }
    waiting = null;
    seen = Date.now();
    board.dispatchEvent(new Event("board:shown"));
    return true;
  }

  async function take(quietly) {
    const before = round;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) {
      throw new Error("no page");
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (before !== round) {
      return; // something newer was shown meanwhile
    }
    if (underTheHand()) {
      if (!quietly) {
        waiting = page;
        say("Something has changed.", { offer: true });
      }
      return;
    }
    show(page);
    say(quietly ? "" : "The board was brought up to date.");
  }

  async function ask() {
    if (asking || document.hidden) {
      return;
    }
    asking = true;
    try {
      const answer = await fetch(board.dataset.stampAt, { cache: "no-store" });
      if (!answer.ok || answer.redirected) {
        throw new Error("no stamp");
      }
      const stamp = (await answer.text()).trim();
      const shown = board.dataset.stamp;
      if (state.dataset.kind === "error") {
        say("");
      }
      seen = Date.now();
      if (digest(stamp) !== digest(shown)) {
        await take(false);
      } else if (stamp !== shown && !underTheHand()) {
        await take(true);
      }
    } catch {
      const since = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", second: "2-digit" });
      say(`Not up to date since ${since.format(seen)}: the server cannot be reached.`, { wrong: true });
    } finally {
      asking = false;
      plan();
    }
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(ask, EVERY);
  }

  board.addEventListener("pointerdown", () => {
    pressed = true;
  });
  for (const over of ["pointerup", "pointercancel"]) {
    window.addEventListener(over, () => {
      pressed = false;
    });
  }
  button.addEventListener("click", async () => {
    board.querySelectorAll("details[open]").forEach((menu) => menu.removeAttribute("open"));
    const page = waiting;
    if (page) {
      show(page);
    }
    say("The board was brought up to date.");
    board.querySelector(".board-scroll")?.focus({ preventScroll: true });
    await ask(); // what waited may be old by now
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      clearTimeout(timer);
      ask();
    }
  });
  board.addEventListener("board:show", (event) => {
    round += 1;
    show(event.detail);
    say("");
  });
  plan();
})();
