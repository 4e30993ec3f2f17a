/*
 * The search result in a page's form follows what is typed. Without this script it shows what is saved.
 */
const result = document.querySelector("[data-search-result]");

const field = (name) => document.getElementById(`id_${name}`);
const typed = (name) => (field(name)?.value ?? "").trim();

function count(what, text) {
  const shown = document.querySelector(`[data-count="${what}"]`);
  if (!shown) return;
  shown.textContent = [...text].length;
  shown.closest("li").classList.toggle("search-result__long", [...text].length > Number(shown.dataset.shown));
}

function update() {
  const title = typed("seo_title") || typed("title");
  const description = typed("seo_description") || typed("summary");
  const address = result.querySelector("[data-address]");
  result.querySelector("[data-title]").textContent = `${title} | ${result.dataset.clinic}`;
  result.querySelector("[data-description]").textContent = description;
  if (typed("slug")) address.textContent = address.textContent.replace(/[^/]*\/?$/, `${typed("slug")}/`);
  count("title", title);
  count("description", description);
}

if (result) {
  for (const name of ["title", "slug", "summary", "seo_title", "seo_description"]) {
    field(name)?.addEventListener("input", update);
  }
  // The address is filled in from the title by another script, which tells nobody.
  field("title")?.addEventListener("input", () => requestAnimationFrame(update));
  field("title")?.addEventListener("blur", update);
}
