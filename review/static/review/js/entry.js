// Guided entry: what is typed is kept in this tab until the server has it, and comes back after a lost connection,
// an ended session or a closed page. sessionStorage only: nothing stays on a shared machine once the tab is closed.
(() => {
  "use strict";

  const form = document.querySelector("form[data-draft]");
  if (!form) return;

  const PREFIX = "meguri.draft:";
  const name = PREFIX + form.dataset.draft;
  const review = form.dataset.draft.split(":").slice(0, 2).join(":");
  const MARKS = ["version", "was"];

  const read = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const write = (key, value) => {
    try {
      if (value) sessionStorage.setItem(key, JSON.stringify(value));
      else sessionStorage.removeItem(key);
    } catch {
      // a browser that keeps nothing still saves on the server
    }
  };

  // --- the fields as they stand: {name: [values]} ---
  const controls = () => [...form.elements].filter((node) => node.name && /textarea|checkbox|radio|text/.test(node.type));
  const values = () => {
    const found = {};
    for (const node of controls()) {
      found[node.name] ??= [];
      if (!/checkbox|radio/.test(node.type)) found[node.name].push(node.value.replace(/\r\n?/g, "\n"));
      else if (node.checked) found[node.name].push(node.value);
    }
    return found;
  };
  const marks = () => Object.fromEntries(MARKS.map((each) => [each, form.elements[each]?.value ?? ""]));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  let typed = 0; // counts the changes, to know whether an answer speaks of the latest
  let onItsWay = 0;

  const keep = () => {
    typed += 1;
    write(name, { values: values(), marks: marks() });
  };
  // "Please fill in" has nothing to say beside a filled field.
  const settle = (event) => {
    const asked = event.target.closest(".entry-item")?.querySelector(".entry-missing");
    if (asked) asked.hidden = Boolean(event.target.value?.trim());
  };
  form.addEventListener("input", settle);
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);

  // --- saved in the background ---
  const isSaving = (event) => event.target === form;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSaving(event)) onItsWay = typed;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSaving(event) || !event.detail.successful || event.detail.xhr.getResponseHeader("X-Unsaved")) return;
    if (onItsWay === typed) write(name, null);
  });
  // The session ended: the answer says where to sign in again, and is shown where the saved state stands.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 401) event.detail.shouldSwap = true;
  });
  // After the marks of the form were renewed, what is still unsaved belongs to the new ones.
  document.addEventListener("htmx:afterSettle", () => {
    const draft = read(name);
    if (draft) write(name, { ...draft, marks: marks() });
  });

  // Asked again once there is a connection, and every half minute while there is something unsaved.
  const again = () => {
    if (read(name) && navigator.onLine) window.htmx?.trigger(form, "input");
  };
  window.addEventListener("online", again);
  setInterval(again, 30_000);

  // --- sent with a button: it counts as saved once another page of this sheet opens ---
  form.addEventListener("submit", () => write(name, { values: values(), marks: marks(), sent: true }));

  const forgetOthers = () => {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(`${PREFIX}${review}:`) && key !== name && read(key)?.sent) write(key, null);
    }
  };

  // --- back again: what the server does not have stands in its field once more, with the marks it was typed on ---
  const restore = () => {
    const draft = read(name);
    if (!draft || "unsaved" in form.dataset) return;
    if (same(draft.values, values())) {
      write(name, null);
      return;
    }
    for (const node of controls()) {
      const wanted = draft.values[node.name];
      if (!wanted) continue;
      if (/checkbox|radio/.test(node.type)) node.checked = wanted.includes(node.value);
      else node.value = wanted[0] ?? "";
    }
    for (const [each, value] of Object.entries(draft.marks)) if (form.elements[each]) form.elements[each].value = value;
    const notice = form.querySelector("[data-restored]");
    if (notice) notice.hidden = false;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // A page kept by "back" has old marks: ask for it anew, unless something on it is unsaved.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });

  try {
    forgetOthers();
  } catch {
    // no storage, nothing to forget
  }
  // Once htmx has taken the form in hand, so that what comes back is saved at once.
  window.addEventListener("load", restore);
})();
