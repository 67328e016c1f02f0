// Forms with words that matter (entry, 確認・提出, decisions, comments): what is typed is kept in this tab until the server has it, and comes back after a lost connection,
// an ended session or a closed page. sessionStorage only: nothing stays on a shared machine once the tab is closed.
(() => {
  "use strict";

  const form = document.querySelector("form[data-draft]");
  if (!form) return;

  const PREFIX = "meguri.draft:";
  const name = PREFIX + form.dataset.draft;
  const REPLIES = "replies";
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
  const controls = () => [...form.elements].filter((node) => node.name && /textarea|checkbox|radio|text|select-one|date/.test(node.type));
  const gather = (textOf, isChecked) => {
    const found = {};
    for (const node of controls()) {
      found[node.name] ??= [];
      if (!/checkbox|radio/.test(node.type)) found[node.name].push(textOf(node).replace(/\r\n?/g, "\n"));
      else if (isChecked(node)) found[node.name].push(node.value);
    }
    return found;
  };
  const values = () => gather((node) => node.value, (node) => node.checked);
  const first = (node) => [...node.options].find((each) => each.defaultSelected) ?? node.options[0];
  const begins = (node) => (node.type === "select-one" ? (first(node)?.value ?? "") : node.defaultValue);
  const served = () => gather(begins, (node) => node.defaultChecked);
  const marks = () => Object.fromEntries(MARKS.map((each) => [each, form.elements[each]?.value ?? ""]));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // What the server has of each field. A page that came back unsaved shows typed words: there, what the draft began with.
  let begun = "unsaved" in form.dataset ? (read(name)?.begun ?? {}) : served();
  let typed = 0; // counts the changes, to know whether an answer speaks of the latest
  let onItsWay = 0;
  let held = false; // all that is left waits for a button: asking again would save nothing

  const keep = () => {
    typed += 1;
    held = false;
    write(name, { values: values(), begun, marks: marks() });
  };
  // "Please fill in" has nothing to say beside a filled field.
  const settle = (event) => {
    const asked = event.target.closest(".entry-item")?.querySelector(".entry-missing");
    if (asked) asked.hidden = Boolean(event.target.value?.trim());
  };
  form.addEventListener("input", settle);
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  // A file that was chosen is sent with all that was typed: no button keeps it in the tab.
  form.addEventListener("change", ({ target }) => {
    if (target.type === "file" && target.files.length) form.requestSubmit(target.closest(".entry-files").querySelector("button"));
  });

  // --- saved in the background ---
  const isSaving = (event) => event.target === form;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSaving(event)) onItsWay = typed;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSaving(event) || !event.detail.successful) return;
    const unsaved = event.detail.xhr.getResponseHeader("X-Unsaved");
    if ((unsaved && unsaved !== REPLIES) || onItsWay !== typed) return;
    // The texts are saved; answers to remarks are sent with a button only, and stay in the tab until then.
    held = unsaved === REPLIES;
    const isReply = (key) => key.startsWith("reply:");
    begun = held ? Object.fromEntries(Object.entries(values()).map(([key, value]) => [key, isReply(key) ? begun[key] : value])) : values();
    write(name, held ? { values: values(), begun, marks: marks() } : null);
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
    if (form.hasAttribute("hx-post") && !held && read(name) && navigator.onLine) window.htmx?.trigger(form, "input");
  };
  window.addEventListener("online", again);
  setInterval(again, 30_000);

  // --- sent with a button: the server answers a saved form with its receipt, as a cookie ---
  form.addEventListener("submit", () => {
    const receipt = Date.now().toString(36) + Math.random().toString(36).slice(2, 10);
    const place = form.elements.receipt ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "receipt" }));
    place.value = receipt;
    write(name, { values: values(), begun, marks: marks(), receipt });
  });

  const forgetSaved = () => {
    const receipt = /(?:^|; )receipt=(\w+)/.exec(document.cookie)?.[1];
    if (!receipt) return;
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && read(key)?.receipt === receipt) write(key, null);
    }
  };

  // --- back again: what the server does not have stands in its field once more, with the marks it was typed on ---
  const restore = () => {
    const draft = read(name);
    if (!draft || "unsaved" in form.dataset) return;
    const here = values();
    const isLost = (key) => here[key] && !same(draft.values[key], draft.begun?.[key]) && !same(draft.values[key], here[key]);
    const lost = Object.keys(draft.values).filter(isLost);
    if (!lost.length) {
      write(name, null);
      return;
    }
    for (const node of controls().filter((each) => lost.includes(each.name))) {
      const wanted = draft.values[node.name];
      if (/checkbox|radio/.test(node.type)) node.checked = wanted.includes(node.value);
      else node.value = wanted[0] ?? "";
      const folded = node.closest("details");
      if (folded) folded.open = true;
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
    forgetSaved();
  } catch {
    // no storage, nothing to forget
  }
  // Once htmx has taken the form in hand, so that what comes back is saved at once.
  window.addEventListener("load", restore);
})();
