/*
 * The body map without a new page: choosing a place lights it and brings its page's result into this one.
 *
 * [data-body-map] holds [data-result] and the map. Each link to a place has data-zone. What is fetched is the place's own
 * page, so that what stands there is the same with and without a script. Back and forward work; a failure goes there.
 */
"use strict";

const map = document.querySelector("[data-body-map]");
const voice = document.querySelector("[data-status]");
let asked = 0;

function light(zone) {
  map.classList.toggle("where--chosen", Boolean(zone));
  for (const link of map.querySelectorAll("[data-map] [data-zone], [data-places] [data-zone]")) {
    if (link.dataset.zone === zone) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

async function show(address, zone, { push }) {
  const mine = ++asked;
  light(zone);
  let page;
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "body-map" } });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    window.location.assign(address);
    return;
  }
  const result = page.querySelector("[data-result]");
  if (mine !== asked || !result) {
    return;
  }
  map.querySelector("[data-result]").replaceWith(result);
  const crumbs = document.querySelector(".before-main");
  const newer = page.querySelector(".before-main");
  if (crumbs && newer) {
    crumbs.replaceWith(newer);
  }
  document.title = page.title;
  if (push) {
    window.history.pushState({ zone }, "", address);
  }
  const heading = result.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  result.scrollIntoView({ block: "start" });
  voice.textContent = result.dataset.said;
}

map.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-zone]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return;
  }
  event.preventDefault();
  show(link.getAttribute("href"), link.dataset.zone, { push: true });
});

/* The same place under the pointer on every drawing and in the list. */
for (const [name, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  map.addEventListener(name, (event) => {
    const link = event.target.closest("a[data-zone]");
    if (link) {
      for (const same of map.querySelectorAll(`[data-zone="${link.dataset.zone}"]`)) {
        same.classList.toggle("zone--near", on);
      }
    }
  });
}

window.addEventListener("popstate", (event) => {
  if (event.state) { // else only the fragment has changed
    show(window.location.href, event.state.zone, { push: false });
  }
});
window.history.replaceState({ zone: map.dataset.bodyMap }, "");
