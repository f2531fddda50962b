// The range picker: Escape and a click elsewhere close it; "Mine" is the browser's zone.
const picker = document.querySelector("[data-picker]");

function close() {
  picker.open = false;
}

if (picker) {
  const summary = picker.querySelector("summary");
  picker.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !picker.open) return;
    close();
    summary.focus();
  });
  document.addEventListener("click", (event) => {
    if (!picker.contains(event.target)) close();
  });
  const own = picker.querySelector("[data-own-zone]");
  own.hidden = false;
  own.addEventListener("click", () => {
    picker.querySelector("[name=tz]").value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  });
}
