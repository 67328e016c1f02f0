// Small helps for the screens. Everything works without them; nothing here decides anything.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isTyping = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // --- errors: the focus goes to the summary, its links to their fields ---
  const focusErrors = (root) => {
    const summary = $("[data-error-summary]", root);
    if (summary) summary.focus();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const control = field.matches("fieldset") ? $("input, select, textarea", field) || field : field;
    control.focus();
    field.scrollIntoView({ block: "center" });
  });

  // --- years wider than the screen: this one is in sight, the earlier ones lie to its left ---
  const toThisYear = (root) => {
    for (const head of $$(".form-table thead .is-now", root)) {
      const wrap = head.closest(".table-wrap");
      wrap.scrollLeft = head.offsetLeft + head.offsetWidth - wrap.clientWidth;
    }
  };
  toThisYear(document);
  document.addEventListener("toggle", (event) => toThisYear(event.target), true);

  // --- saved or not: a form with data-guard warns before its words are lost ---
  const saveState = (kind) => {
    for (const node of $$("[data-save-state]")) {
      node.className = `saved saved--${kind}`;
      const text = $("[data-save-text]", node);
      if (text && node.dataset[kind]) text.textContent = node.dataset[kind];
    }
  };
  const guarded = new Set();

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (!form) return;
    guarded.add(form);
    saveState("dirty");
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of guarded) if (!form.isConnected) guarded.delete(form);
    if (guarded.size) event.preventDefault();
  });
  // A live hint (data-hint) asks without saving; X-Unsaved says that the words are still only on the screen.
  const savingForm = (event) => (event.target.closest("[data-hint]") ? null : event.target.closest("form[data-guard]"));

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (savingForm(event)) saveState("saving");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = savingForm(event);
    if (!form) return;
    if (!event.detail.successful) saveState("failed");
    else if (!event.detail.xhr.getResponseHeader("X-Unsaved")) guarded.delete(form);
  });

  // --- a form is sent once; the page that comes back by "back" can be sent again ---
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // htmx has taken its own forms by now (defaultPrevented), and keeps them from being sent twice with hx-sync.
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("data-no-guard")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    guarded.delete(form);
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) {
      button.dataset.busy = "1";
      button.setAttribute("aria-disabled", "true");
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of $$("form[data-sent]")) delete form.dataset.sent;
    for (const button of $$("[data-busy]")) {
      delete button.dataset.busy;
      button.removeAttribute("aria-disabled");
    }
  });

  // --- rows open by click; Enter is the row's own link; j and k move between rows ---
  const rowLinks = () => $$("[data-row-link]").filter((link) => link.offsetParent !== null);

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    const link = row && $("[data-row-link]", row);
    if (!link || event.target.closest("a, button, input, label, select, summary") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  });

  const moveRow = (step) => {
    const links = rowLinks();
    if (!links.length) return;
    const here = links.findIndex((link) => link.closest("tr") === document.activeElement.closest("tr"));
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
    links[next].focus();
  };

  // --- one-letter keys, listed under "?", and their switch ---
  const KEYS = "meguri.keys";
  const remembered = () => {
    try {
      return localStorage.getItem(KEYS) !== "off";
    } catch {
      return true;
    }
  };
  const dialog = $("#keys");

  const openKeys = () => {
    if (!dialog || dialog.open) return;
    const list = $("[data-keys-list]", dialog);
    for (const old of $$("[data-listed]", list)) old.remove();
    for (const node of $$("[data-key]")) {
      const name = document.createElement("dt");
      const what = document.createElement("dd");
      const key = document.createElement("kbd");
      key.textContent = { ArrowLeft: "←", ArrowRight: "→" }[node.dataset.key] ?? node.dataset.key;
      name.append(key);
      what.textContent = node.dataset.keyLabel || node.textContent.trim();
      name.dataset.listed = what.dataset.listed = "";
      list.append(name, what);
    }
    dialog.showModal();
  };

  if (dialog) {
    const toggle = $("[data-keys-switch]", dialog);
    toggle.checked = remembered();
    toggle.addEventListener("change", () => {
      try {
        localStorage.setItem(KEYS, toggle.checked ? "on" : "off");
      } catch {
        // a browser that keeps nothing still works for this page
      }
    });
    for (const node of $$("[data-keys-open], [data-keys-hint]")) node.hidden = false;
    for (const node of $$("[data-keys-open]")) node.addEventListener("click", openKeys);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of $$("details.menu[open]")) {
        menu.open = false;
        $("summary", menu).focus();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || (dialog && dialog.open) || (dialog && !$("[data-keys-switch]", dialog).checked)) return;
    if (event.key === "?") openKeys();
    else if (event.key === "j") moveRow(1);
    else if (event.key === "k") moveRow(-1);
    else {
      const node = $$("[data-key]").find((one) => one.dataset.key === event.key && one.offsetParent !== null);
      if (!node) return;
      event.preventDefault();
      // One key alone decides nothing: it leads to the button, and Enter presses it.
      const leads = "input:not([type=checkbox]):not([type=radio]), select, textarea, button:not([type=button])";
      if (node.matches(leads)) node.focus();
      else node.click();
    }
  });

  // --- menus close when one looks elsewhere; the navigation opens on narrow screens ---
  document.addEventListener("click", (event) => {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  const toggle = $(".nav-toggle");
  const nav = $("#sidenav");
  if (toggle && nav) {
    toggle.addEventListener("click", () => {
      const open = nav.classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
      if (open) $("a", nav)?.focus();
    });
  }

  // --- a choice that only changes what the page shows asks for it at once ---
  document.addEventListener("change", (event) => event.target.closest("form[data-submits]")?.requestSubmit());

  // --- select all of a list ---
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-select-all]");
    if (!all) return;
    for (const box of $$(`input[type=checkbox][name="${CSS.escape(all.dataset.selectAll)}"]:not(:disabled)`)) box.checked = all.checked;
  });

  // --- a page on which people wait asks again by itself; never over what somebody types, ticks, chooses or copies ---
  const changed = (node) =>
    node.type === "checkbox" || node.type === "radio" ? node.checked !== node.defaultChecked
      : node.matches("select") ? node.selectedIndex !== Math.max([...node.options].findIndex((one) => one.defaultSelected), 0)
        : node.type !== "hidden" && node.value !== node.defaultValue;
  const busy = (live) => {
    const here = document.activeElement;
    const held = here !== document.body && here.matches("input, textarea, select, button") && here.closest("#live, #page-head, #menu");
    return held || document.hidden || String(getSelection()) || $$("input, textarea, select", live).some(changed);
  };
  const named = (node) => (node.matches("a[href], summary") ? node.getAttribute("href") ?? node.textContent.trim() : "");
  let folds = new Map();
  let focused = "";

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "live" && busy(event.target)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const live = event.target;
    if (live.id !== "live") return;
    if (event.detail.xhr.status !== 200 || busy(live)) event.detail.shouldSwap = false;
    // Signed out, or handed on: the page itself is another now.
    else if (!event.detail.xhr.responseText.includes('id="live"')) {
      event.detail.shouldSwap = false;
      location.reload();
    }
    folds = new Map($$("summary", live).map((node) => [named(node), node.parentElement.open]));
    focused = named(document.activeElement);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const live = $("#live");
    if (!live) return;
    for (const node of $$("summary", live)) node.parentElement.open = folds.get(named(node)) ?? node.parentElement.open;
    if (focused && document.activeElement === document.body)
      $$("a[href], summary").find((node) => named(node) === focused)?.focus({ preventScroll: true });
  });

  focusErrors(document);
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));
})();
