// Light or dark: the system's choice until the button is used; a cookie remembers it,
// so that the server writes it into the page and nothing flashes.
const root = document.documentElement;
const button = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");

const current = () => root.dataset.theme || (system.matches ? "dark" : "light");

button.hidden = false;
button.addEventListener("click", () => {
  root.dataset.theme = current() === "dark" ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new Event("theme"));
});
system.addEventListener("change", () => document.dispatchEvent(new Event("theme")));
