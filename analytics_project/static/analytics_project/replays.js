// Keeps the replay that runs up to date: asks for it once a second, unless the tab is
// hidden. When one begins or ends, the list below it is another one: the page is reloaded.
const EVERY_MS = 1000;

const now = document.getElementById("replay-now");
const trouble = document.getElementById("replay-trouble");
const buttons = document.querySelectorAll("#replay-ask button");
const facts = () => now.firstElementChild.dataset;

async function refresh() {
  const answer = await fetch(now.dataset.address);
  if (answer.redirected) return location.reload(); // signed out meanwhile
  if (!answer.ok) throw new Error(answer.status);
  const before = facts().running;
  now.innerHTML = await answer.text();
  trouble.textContent = "";
  if (facts().running !== before) return location.reload();
  const may = facts().may.split(" ");
  buttons.forEach((button) => (button.disabled = !may.includes(button.value)));
}

async function tick() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    trouble.textContent = "No answer just now: what is shown may be old.";
  }
  setTimeout(tick, EVERY_MS);
}

setTimeout(tick, EVERY_MS);
