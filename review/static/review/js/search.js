// The search of the plain files: a list of names, loaded when somebody begins to type. Without this script there is none.
(() => {
  "use strict";

  const place = document.querySelector("[data-search]");
  if (!place) return;
  const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/gu, "");

  const label = document.createElement("label");
  label.htmlFor = "local-search";
  label.textContent = place.dataset.label;
  const box = document.createElement("input");
  box.type = "search";
  box.id = "local-search";
  box.maxLength = 100;
  const status = document.createElement("p");
  status.className = "small quiet";
  status.setAttribute("role", "status");
  const list = document.createElement("ul");
  list.className = "plain-list plain-list--ruled";
  place.append(label, box, status, list);
  place.hidden = false;

  const load = () => {
    if (document.querySelector("script[data-search-rows]")) return;
    const script = document.createElement("script");
    script.src = place.dataset.search;
    script.dataset.searchRows = "";
    script.addEventListener("load", show);
    document.head.append(script);
  };

  const show = () => {
    const words = box.value.split(/\s+/u).map(folded).filter(Boolean);
    list.replaceChildren();
    status.textContent = "";
    if (!words.length || !window.meguriSearch) return;
    const found = window.meguriSearch.filter((row) => words.every((word) => row[4].includes(word)));
    status.textContent = found.length ? `${found.length}${place.dataset.count}` : place.dataset.none;
    for (const [code, name, owner, grade] of found.slice(0, 50)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${code}/index.html`;
      link.textContent = `${code} ${name}`;
      item.append(link, ` ${owner} ${grade}`);
      list.append(item);
    }
  };

  box.addEventListener("focus", load, { once: true });
  box.addEventListener("input", () => { load(); show(); });
})();
