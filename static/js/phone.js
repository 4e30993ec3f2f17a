/*
 * The phone booking, quicker: people appear as they are typed, arrows and numbers choose, and what is changed looks for
 * openings again. Without it the page does the same by its buttons.
 *
 * [data-phone="search"] is a combobox with the list of [data-phone="people"]; [data-phone="book"] has the openings.
 * Both ask at the page's own address, by POST, for the part that they show.
 */
"use strict";

const TYPING_PAUSE = 130; // milliseconds

async function partOf(form, part, more, signal) {
  const data = new FormData(form);
  data.set(more, "1");
  const answer = await fetch(location.pathname, {
    method: "POST",
    body: data,
    headers: { "X-Part": part },
    redirect: "error",
    signal,
  });
  if (!answer.ok) {
    throw new Error(`${answer.status}`);
  }
  return answer.text();
}

function say(form, text) {
  const status = form.querySelector("[data-phone=status]");
  if (status.textContent !== text) {
    status.textContent = text;
  }
}

function search(form) {
  const box = form.elements.q;
  const place = form.querySelector("[data-phone=people]");
  let options = [];
  let active = -1;
  let shownFor = null; // what the list on the page was looked for with
  let moved = false; // arrows were used: a number now takes a person, and is no text
  let timer = 0;
  let asking = null;

  function mark(index) {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) {
      box.setAttribute("aria-activedescendant", option.id);
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  function upgrade() {
    const list = place.querySelector("[data-phone=list]");
    options = list ? [...list.querySelectorAll("button")] : [];
    active = -1;
    moved = false;
    if (list) {
      list.id = "phone-list";
      list.setAttribute("role", "listbox");
    }
    for (const option of options) {
      option.parentElement.setAttribute("role", "none");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.tabIndex = -1;
    }
    box.setAttribute("aria-expanded", String(options.length > 0));
    shownFor = box.value.trim();
    mark(options.length ? 0 : -1);
    if (list) {
      say(form, list.dataset.said);
    }
  }

  async function look() {
    asking?.abort();
    const asked = new AbortController();
    asking = asked;
    if (box.value.trim().length < 2) {
      place.replaceChildren();
      upgrade();
      say(form, "");
      return;
    }
    try {
      const text = await partOf(form, "people", "find", asked.signal);
      place.innerHTML = text;
      for (const marked of place.querySelectorAll("[autofocus]")) {
        marked.removeAttribute("autofocus");
      }
      upgrade();
    } catch (error) {
      if (error.name !== "AbortError") {
        say(form, "The search did not work. Press Enter to try again.");
      }
    }
  }

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "phone-list");
  upgrade();
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, TYPING_PAUSE);
    mark(-1); // nobody who was found for other letters is taken
  });
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
      return;
    }
    const current = shownFor === box.value.trim();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((active + step + options.length) % options.length);
      moved = true;
    } else if (event.key === "Enter" && current && options[active]) {
      event.preventDefault();
      options[active].click();
    } else if (moved && current && /^[1-9]$/.test(event.key) && options[Number(event.key) - 1]) {
      event.preventDefault();
      options[Number(event.key) - 1].click();
    } else if (event.key === "Escape" && box.value) {
      event.preventDefault();
      box.value = "";
      look();
    }
  });
}

function book(form) {
  const place = form.querySelector("[data-phone=openings]");
  const enter = form.querySelector("[data-phone=enter]");
  const walkIn = document.querySelector("[data-phone=walk-in]");
  const buttons = () => [...place.querySelectorAll("button[data-key]")];
  const choices = ["option", "therapist", "date"].map((name) => form.elements[name]);
  let asking = null;
  let timer = 0;

  async function look() {
    asking?.abort();
    const asked = new AbortController();
    asking = asked;
    const inside = place.contains(document.activeElement);
    try {
      place.innerHTML = await partOf(form, "openings", "look", asked.signal);
      for (const marked of place.querySelectorAll("[autofocus]")) {
        marked.removeAttribute("autofocus");
      }
      const first = buttons().find((button) => button.name === "take");
      enter.name = first ? "take" : "look";
      enter.value = first ? first.value : "";
      walkIn.hidden = !buttons().some((button) => button.name === "now");
      say(form, place.querySelector("[data-said]")?.dataset.said ?? "");
      if (inside) {
        buttons()[0]?.focus();
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        say(form, "The openings could not be looked for. Press Show openings.");
      }
    }
  }

  for (const choice of choices) {
    choice.addEventListener("change", () => {
      clearTimeout(timer);
      timer = setTimeout(look, TYPING_PAUSE);
    });
  }

  form.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
      return;
    }
    const target = event.target;
    const inside = place.contains(target);
    if (event.key === "Escape") {
      event.preventDefault();
      form.querySelector("[data-phone=back]").click();
    } else if (event.key === "Enter" && choices.includes(target)) {
      event.preventDefault();
      clearTimeout(timer);
      await look();
      buttons()[0]?.focus();
    } else if (event.key === "ArrowDown" && target.matches("input[type=text], input[type=tel], input[type=email]")) {
      event.preventDefault();
      buttons()[0]?.focus();
    } else if (inside && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const all = buttons();
      const step = event.key === "ArrowDown" ? 1 : -1;
      all[(all.indexOf(target) + step + all.length) % all.length]?.focus();
    } else if (inside && /^[0-6]$/.test(event.key)) {
      event.preventDefault();
      buttons().find((button) => button.dataset.key === event.key)?.click();
    } else if (inside && ["o", "t", "d"].includes(event.key.toLowerCase())) {
      event.preventDefault();
      choices["otd".indexOf(event.key.toLowerCase())].focus();
    }
  });
}

for (const keys of document.querySelectorAll("[data-phone=keys]")) {
  keys.hidden = false;
}
for (const form of document.querySelectorAll("[data-phone=search]")) {
  search(form);
}
for (const form of document.querySelectorAll("[data-phone=book]")) {
  book(form);
}
