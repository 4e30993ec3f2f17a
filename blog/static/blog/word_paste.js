/*
 * What is pasted from Word comes clean: its lists are paragraphs with a bullet in them, which the editor would take for
 * text. The clipboard is tidied before the editor sees it; blog/word.py does the same on the server.
 */
{
  const FROM_WORD = /\bmso-|class=["']?Mso|urn:schemas-microsoft-com|<o:p\b/i;
  const RENAMED = { B: "strong", I: "em", H1: "h2", H4: "h3", H5: "h3", H6: "h3" };
  const KEPT = new Set(["P", "H2", "H3", "UL", "OL", "LI", "STRONG", "EM", "BLOCKQUOTE", "A", "BR"]);
  const DROPPED = "head, style, script, xml, title, noscript, meta, link, img";
  const COUNTED = /^\(?(?:\d{1,3}|[a-z]{1,4})[.)]$/i;

  const words = (node) => node.textContent.replace(/[\s\u00a0\u200b]+/g, " ").trim();

  /* A paragraph of Word's list: its level, its list and whether it is counted; the mark is taken out. */
  const itemOf = (paragraph) => {
    const found = /mso-list:\s*l(\d+)\s+level(\d+)/i.exec(paragraph.dataset.wordStyle || "");
    if (!found) return null;
    const mark = [...paragraph.querySelectorAll("[data-word-style]")].find((one) =>
      /mso-list:\s*ignore/i.test(one.dataset.wordStyle),
    );
    const counted = mark ? COUNTED.test(words(mark)) : false;
    mark?.remove();
    return { list: found[1], level: Number(found[2]), tag: counted ? "ol" : "ul" };
  };

  const gatherLists = (doc) => {
    let open = [];
    let after = null;
    for (const paragraph of [...doc.querySelectorAll("p")]) {
      const item = itemOf(paragraph);
      if (!item) continue;
      let before = paragraph.previousElementSibling;
      while (before && before.localName !== "ul" && before.localName !== "ol" && !words(before)) {
        before = before.previousElementSibling;
      }
      if (!after || before !== after) open = [];
      const level = Math.min(item.level, open.length + 1);
      open.length = Math.min(open.length, level);
      if (open.length === level && (open[level - 1].tag !== item.tag || open[level - 1].id !== item.list)) {
        open.length = level - 1;
      }
      if (open.length < level) {
        const list = doc.createElement(item.tag);
        if (level === 1) {
          paragraph.before(list);
          after = list;
        } else {
          open[level - 2].list.lastElementChild.append(list);
        }
        open.push({ list, tag: item.tag, id: item.list });
      }
      const entry = doc.createElement("li");
      const text = doc.createElement("p");
      text.append(...paragraph.childNodes);
      entry.append(text);
      open[level - 1].list.append(entry);
      paragraph.remove();
    }
  };

  const plain = (doc, node) => {
    for (const child of [...node.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE) {
        child.data = child.data.replace(/[ \t\r\n\u00a0\u200b]+/g, " ");
      } else if (child.nodeType !== Node.ELEMENT_NODE) {
        child.remove();
      } else {
        plain(doc, child);
        const name = child.nodeName.toUpperCase();
        const href = child.getAttribute("href") || "";
        if (!KEPT.has(name) && !RENAMED[name]) {
          child.replaceWith(...child.childNodes);
        } else if (name === "A" && !/^(?:https?:|mailto:|tel:|\/)/i.test(href)) {
          child.replaceWith(...child.childNodes);
        } else {
          const fresh = doc.createElement(RENAMED[name] || name.toLowerCase());
          if (name === "A") fresh.setAttribute("href", href);
          fresh.append(...child.childNodes);
          child.replaceWith(...(name === "BR" || words(fresh) ? [fresh] : fresh.childNodes));
        }
      }
    }
  };

  const tidy = (html) => {
    const without = html.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "").replace(/<!\[(?:if|endif)[^>]*>/gi, "");
    // Styles are read, not applied: under the page's policy even a document that nobody sees may not apply them.
    const styled = without.replace(/<style[\s\S]*?<\/style\s*>/gi, "");
    const read = styled.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle=/gi, " data-word-style="));
    const doc = new DOMParser().parseFromString(read, "text/html");
    for (const one of doc.querySelectorAll(DROPPED)) one.remove();
    gatherLists(doc);
    plain(doc, doc.body);
    return doc.body.innerHTML;
  };

  document.addEventListener(
    "paste",
    (event) => {
      if (event.tidied) return;
      const html = event.clipboardData?.getData("text/html") || "";
      if (!FROM_WORD.test(html) || !event.target.closest?.(".ProseMirror")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const clean = new DataTransfer();
      clean.setData("text/html", tidy(html));
      clean.setData("text/plain", event.clipboardData.getData("text/plain"));
      const again = new ClipboardEvent("paste", { clipboardData: clean, bubbles: true, cancelable: true });
      again.tidied = true;
      event.target.dispatchEvent(again);
    },
    true,
  );
}
