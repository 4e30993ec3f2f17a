/*
 * The editors in the admin make <style> elements when they start. The page's policy accepts only those that carry its
 * nonce, and these libraries have no setting for it: so every <style> made from here on gets it. Loaded before them.
 */
{
  const { nonce } = document.currentScript;
  const createElement = document.createElement;

  document.createElement = function (name, options) {
    const element = createElement.call(this, name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
