"use strict";
// Asks for the page again and changes what differs, so that focus, scroll and motion stay.
(() => {
  const EVERY_MS = 5000;
  const banner = () => document.getElementById("connection");

  const copyAttributes = (from, to) => {
    // What the reader has unfolded stays so.
    for (const { name } of [...to.attributes])
      if (name !== "open" && !from.hasAttribute(name)) to.removeAttribute(name);
    for (const { name, value } of from.attributes)
      if (to.getAttribute(name) !== value) to.setAttribute(name, value);
  };

  const update = (to, from) => {
    if (to.nodeType !== from.nodeType || to.nodeName !== from.nodeName) {
      to.replaceWith(document.importNode(from, true));
    } else if (to.nodeType === Node.TEXT_NODE) {
      if (to.data !== from.data) to.data = from.data;
    } else if (to.nodeType === Node.ELEMENT_NODE) {
      copyAttributes(from, to);
      const old = [...to.childNodes], now = [...from.childNodes];
      now.forEach((node, i) => old[i] ? update(old[i], node) : to.append(document.importNode(node, true)));
      old.slice(now.length).forEach((node) => node.remove());
    }
  };

  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      update(document.getElementById("main"), fresh.getElementById("main"));
      update(document.getElementById("time"), fresh.getElementById("time"));
      document.title = fresh.title;
    } catch {
      banner().hidden = false;
    }
  };

  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
})();
