/*
 * Sends what is done on the board without leaving it: the buttons of cards, what a drag asks for, and the dialog's form.
 *
 * Everything goes to the address that it goes to without scripts, and the answer is the page that would come then. Is it a
 * board, it is shown, with its message. Is it a form with a reason, the form comes up in the dialog.
 * "board:send" on #board has {to, data} as its detail.
 */
"use strict";

(() => {
  const board = document.getElementById("board");
  const acts = document.getElementById("board-acts");
  const said = document.getElementById("board-said");
  const dialog = document.getElementById("board-dialog");
  let sending = false;

  function say(nodes, wrong) {
    document.querySelector(".messagelist")?.remove(); // what the page came with is old now, and so is its Undo
    said.dataset.kind = wrong ? "error" : "";
    said.replaceChildren(...nodes);
  }

  function ask(page, address) {
    const form = page.querySelector("form.desk-form");
    const title = page.querySelector("#content h1");
    form.action = address;
    dialog.querySelector("h2").textContent = title ? title.textContent : "";
    dialog.lastElementChild.replaceChildren(form);
    if (!dialog.open) {
      dialog.showModal();
    }
    (form.querySelector(".desk-errors") || form.querySelector("input:not([type=hidden])"))?.focus();
  }

  async function send({ to, data }) {
    if (sending) {
      return;
    }
    sending = true;
    try {
      const answer = await fetch(to, { method: "POST", body: data, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && page.getElementById("board")) {
        if (dialog.open) {
          dialog.close();
        }
        board.dispatchEvent(new CustomEvent("board:show", { detail: page }));
        const told = [...page.querySelectorAll(".messagelist li")];
        say(
          told.flatMap((line) => [...line.childNodes, " "]),
          told.some((line) => line.classList.contains("error")),
        );
      } else if (answer.ok && page.querySelector("form.desk-form")) {
        ask(page, to);
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      if (dialog.open) {
        dialog.close();
      }
      say(["Nothing was changed, or the answer was lost. Look at the board before you try again."], true);
    } finally {
      sending = false;
    }
  }

  board.addEventListener("board:send", (event) => {
    const data = new FormData(acts);
    for (const [name, value] of Object.entries(event.detail.data)) {
      data.set(name, value);
    }
    send({ to: event.detail.to, data });
  });

  acts.addEventListener("submit", (event) => {
    event.preventDefault();
    event.submitter.closest("details")?.removeAttribute("open");
    send({ to: event.submitter.formAction, data: new FormData(acts, event.submitter) });
  });

  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ to: event.target.action, data: new FormData(event.target, event.submitter) });
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => board.querySelector(".board-scroll")?.focus({ preventScroll: true }));
})();
