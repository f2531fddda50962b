// Keeps the page live: asks for the pipeline's state once a second, and for the panels
// when the ledger has grown. A hidden tab asks for nothing.
const STATE_MS = 1000;
const GAP_MS = 3000; // between two refreshes of the panels
const SLOW_MS = 60_000; // they are asked for this often anyway: days end, names change

const trouble = document.getElementById("trouble");
const state = () => document.getElementById("panel-state");
let mark = state()?.dataset.mark;
let refreshed = performance.now();
let isDue = false;

// Not the server's to compare: what a script has drawn, what somebody types or opened.
const morph = Idiomorph.defaults.callbacks;
morph.beforeNodeMorphed = (old) => !(old instanceof Element && old.hasAttribute("data-keep"));
morph.beforeAttributeUpdated = (name) => name !== "open";

function tick() {
  if (document.hidden || !state()) return;
  htmx.trigger(state(), "refresh");
  const waited = performance.now() - refreshed;
  if (waited > SLOW_MS || (isDue && waited > GAP_MS)) refreshPanels();
}

function refreshPanels() {
  isDue = false;
  refreshed = performance.now();
  document.querySelectorAll("[data-live]").forEach((panel) => htmx.trigger(panel, "refresh"));
}

function say(text) {
  if (trouble.textContent.trim() !== text) trouble.textContent = text;
}

// A panel that failed shows its trouble above the figures that it had; it is asked for
// in full until it answers.
function failed(panel) {
  if (!panel?.matches("[data-live]")) return;
  panel.removeAttribute("hx-headers");
  setTimeout(() => htmx.trigger(panel, "refresh"), GAP_MS);
}

const on = (name, handler) => document.body.addEventListener(`htmx:${name}`, handler);

on("beforeSwap", ({ detail }) => {
  // Only what says where it belongs is shown of an error: ours does, a proxy's does not.
  if (detail.xhr.status >= 400) detail.shouldSwap = !!detail.xhr.getResponseHeader("HX-Retarget");
});
on("afterRequest", ({ detail }) => {
  const isState = detail.elt.id === "panel-state";
  if (detail.successful) {
    if (isState) say("");
  } else {
    failed(detail.elt);
    if (isState && !detail.xhr?.getResponseHeader("HX-Retarget")) say(trouble.dataset.offline);
  }
});
on("afterSettle", () => {
  const seen = state()?.dataset.mark;
  if (seen !== mark) isDue = true;
  mark = seen;
});
on("afterSwap", ({ detail }) => {
  if (detail.target.id === "panel-chart") document.dispatchEvent(new Event("figures"));
});

setInterval(tick, STATE_MS);
document.addEventListener("visibilitychange", tick);
