/*
 * Passkeys, on a form with data-passkey="create" (a new one) or "get" (use one).
 *
 * The options come from the JSON block named by data-options, or from the address in data-options-from. The form is
 * hidden until this script has found that the browser can do it, and then goes to the server with the answer in its
 * field "credential". An element .passkey__problem in the form says what went wrong; .passkey__unsupported goes away.
 */
"use strict";

async function optionsOf(form) {
  if (form.dataset.options) {
    return JSON.parse(document.getElementById(form.dataset.options).textContent).publicKey;
  }
  const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error("no options");
  }
  return (await answer.json()).request_options.publicKey;
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    // A key that the device can offer by itself, behind its own lock: it is then enough to sign in with.
    options.authenticatorSelection = {
      ...options.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    };
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

function explain(error) {
  if (error.name === "InvalidStateError") {
    return "This device already has a passkey for your account.";
  }
  if (error.name === "NotAllowedError") {
    return "Nothing was done: it was cancelled, or it took too long. Try again when you are ready.";
  }
  if (error.name === "SecurityError") {
    return "Passkeys do not work at this address. Open the site by its name, over https.";
  }
  return "That did not work. Try again, or use another way.";
}

function prepare(form) {
  const problem = form.querySelector(".passkey__problem");
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      const credential = await ask(form);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      button.disabled = false;
      problem.textContent = explain(error);
      problem.hidden = false;
    }
  });
}

if (window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON) {
  document.querySelectorAll("form[data-passkey]").forEach(prepare);
  document.querySelectorAll(".passkey__unsupported").forEach((note) => {
    note.hidden = true;
  });
}
