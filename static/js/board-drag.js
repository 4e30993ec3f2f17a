/*
 * Drag a card to another time or column, or its lower edge to another end. Pointer events: mouse, pen and touch.
 *
 * Only the ghost moves, by a transform, in the column under the pointer; nothing else is laid out again. It says in words
 * where the card would be. Escape, or letting go outside, leaves everything as it was. A finger drags a card after it has
 * rested on it for a moment, so that it can still scroll.
 */
"use strict";

(() => {
  const board = document.getElementById("board");
  const FAR = 6; // pixels from which a press is a drag
  const REST = 350; // milliseconds that a finger rests
  const NEAR = 40; // pixels from the board's edge at which it scrolls
  let drag = null;

  const grid = () => board.querySelector(".board");

  function words(instant) {
    const zone = grid().dataset.zone;
    const format = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZone: zone });
    const parts = Object.fromEntries(format.formatToParts(instant * 1000).map((part) => [part.type, part.value]));
    const half = parts.dayPeriod.toLowerCase();
    if (parts.minute === "00" && parts.hour === "12") {
      return half === "am" ? "12 midnight" : "12 noon";
    }
    return parts.minute === "00" ? `${parts.hour}${half}` : `${parts.hour}:${parts.minute}${half}`;
  }

  function measure() {
    return [...board.querySelectorAll(".board-column")].map((column) => {
      const body = column.querySelector(".board-body");
      return { column, body, first: Number(column.dataset.first), minutes: Number(column.dataset.minutes) };
    });
  }

  function begin(press) {
    const { card, event } = press;
    const rect = card.getBoundingClientRect();
    const columns = measure();
    const home = columns.find((each) => each.column.contains(card));
    const ghost = document.createElement("div");
    ghost.className = "board-ghost";
    drag = {
      ...press,
      columns,
      home,
      ghost,
      perMinute: home.body.offsetHeight / home.minutes,
      grabbed: event.clientY - rect.top,
      start: Number(card.dataset.start),
      end: Number(card.dataset.end),
      step: Number(grid().dataset.step),
      name: card.querySelector("h3").textContent.trim(),
      target: null,
    };
    card.classList.add("board-card--held");
    document.documentElement.classList.add("board--dragging");
    card.setPointerCapture?.(press.pointer);
    follow(event);
    requestAnimationFrame(scrollNear);
  }

  function columnAt(x) {
    return drag.columns.find(({ body }) => {
      const rect = body.getBoundingClientRect();
      return x >= rect.left && x < rect.right;
    });
  }

  function follow(event) {
    const at = drag.stretches ? drag.home : columnAt(event.clientX);
    const scroller = board.querySelector(".board-scroll").getBoundingClientRect();
    const outside = event.clientY < scroller.top - 2 * NEAR || event.clientY > scroller.bottom + 2 * NEAR || !at;
    drag.last = event;
    if (outside) {
      drag.target = null;
      drag.ghost.remove();
      return;
    }
    const top = at.body.getBoundingClientRect().top;
    const length = (drag.end - drag.start) / 60;
    const snapped = (minutes) => Math.round(minutes / drag.step) * drag.step;
    let from;
    let until;
    if (drag.stretches) {
      from = (drag.start - at.first) / 60;
      const end = snapped((event.clientY - top) / drag.perMinute);
      until = Math.max(from + drag.step, end);
    } else {
      from = Math.max(0, snapped((event.clientY - top - drag.grabbed) / drag.perMinute));
      until = from + length;
    }
    const start = drag.stretches ? drag.start : at.first + from * 60;
    const end = start + (until - from) * 60;
    drag.target = { at, start, minutes: (end - start) / 60, end };
    if (drag.ghost.parentNode !== at.body) {
      at.body.append(drag.ghost);
    }
    drag.ghost.style.height = `${Math.max(24, (until - from) * drag.perMinute)}px`;
    drag.ghost.style.transform = `translateY(${from * drag.perMinute}px)`;
    const who = at.column.querySelector(".board-head").firstChild.textContent.trim();
    drag.ghost.textContent = `${words(start)} to ${words(end)}, ${drag.stretches ? drag.name : who}`;
  }

  /* Near an edge of the board it scrolls, for as long as the pointer stays there. */
  function scrollNear() {
    if (!drag) {
      return;
    }
    const scroller = board.querySelector(".board-scroll");
    const rect = scroller.getBoundingClientRect();
    const { clientX: x, clientY: y } = drag.last;
    const before = [scroller.scrollLeft, scroller.scrollTop];
    const pull = (at, low, high) => (at < low + NEAR ? -8 : at > high - NEAR ? 8 : 0);
    scroller.scrollBy(
      drag.stretches ? 0 : pull(x, rect.left + NEAR, rect.right),
      pull(y, rect.top + NEAR, Math.min(rect.bottom, window.innerHeight)),
    );
    if (before[0] !== scroller.scrollLeft || before[1] !== scroller.scrollTop) {
      follow(drag.last);
    }
    requestAnimationFrame(scrollNear);
  }

  function stop() {
    if (!drag) {
      return null;
    }
    const done = drag;
    drag = null;
    done.ghost.remove();
    done.card.classList.remove("board-card--held");
    document.documentElement.classList.remove("board--dragging");
    // The click that follows a drag is none.
    const swallow = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
    return done;
  }

  function drop() {
    const { card, target, stretches, start, end } = stop();
    if (!target) {
      return;
    }
    const { at } = target;
    const address = `${board.dataset.appointments}${card.dataset.id}/`;
    const version = card.dataset.version;
    const send = (to, data) =>
      board.dispatchEvent(new CustomEvent("board:send", { detail: { to, data: { ...data, version } } }));
    if (stretches) {
      if (target.end !== end) {
        send(`${address}stretch/`, { minutes: target.minutes });
      }
      return;
    }
    const home = card.closest(".board-column").dataset.who;
    const who = at.column.dataset.who;
    if (target.start === start && who === home) {
      return;
    }
    const rooms = grid().hasAttribute("data-rooms");
    const therapist = rooms ? card.dataset.therapist : who.slice(1);
    const room = rooms && who !== "r0" ? `.${who.slice(1)}` : "";
    send(`${address}move/`, { take: `${target.start}.${therapist}${room}` });
  }

  let press = null;

  function forget() {
    clearTimeout(press?.timer);
    press = null;
  }

  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drag || !grid()?.hasAttribute("data-may-act")) {
      return;
    }
    const card = event.target.closest(".board-card");
    if (!card || event.target.closest(".board-menu")) {
      return;
    }
    const stretches = Boolean(event.target.closest(".board-edge")) && card.hasAttribute("data-stretches");
    if (!stretches && !card.hasAttribute("data-moves")) {
      return;
    }
    press = { card, event, stretches, pointer: event.pointerId, x: event.clientX, y: event.clientY };
    press.fingers = event.pointerType === "touch" && !stretches;
    if (press.fingers) {
      press.timer = setTimeout(() => press && begin(press), REST);
    }
  });

  window.addEventListener("pointermove", (event) => {
    if (drag) {
      follow(event);
      return;
    }
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > FAR) {
      if (press.fingers) {
        forget(); // it scrolls
      } else {
        begin(press);
        follow(event);
      }
    }
  });
  window.addEventListener("pointerup", () => {
    forget();
    if (drag) {
      drop();
    }
  });
  window.addEventListener("pointercancel", () => {
    forget();
    stop();
  });
  board.addEventListener("touchmove", (event) => drag && event.preventDefault(), { passive: false });
  board.addEventListener("contextmenu", (event) => drag && event.preventDefault());
  board.addEventListener("dragstart", (event) => event.target.closest(".board-card") && event.preventDefault());
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (drag || press)) {
      event.preventDefault();
      forget();
      stop();
    }
  });

  const ready = () => grid()?.classList.add("board--hands");
  board.addEventListener("board:shown", ready);
  ready();
})();
