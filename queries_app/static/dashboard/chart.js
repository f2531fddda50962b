// Draws the table under the chart: what is plotted is what the table says.
const host = document.getElementById("chart");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const HEIGHT = 280;
let plot = null;
let figures = null;
let tip = null;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function read() {
  const table = document.getElementById("chart-data");
  const rows = [...table.tBodies[0].rows];
  const numbers = (index) =>
    rows.map((row) => {
      const text = row.querySelectorAll("data")[index]?.value ?? "";
      return text === "" ? null : Number(text);
    });
  return {
    rows,
    against: table.dataset.against,
    text: table.tBodies[0].textContent,
    // Another number of buckets, or another comparison, is another chart.
    shape: `${rows.length} ${rows[0]?.dataset.short} ${table.dataset.against}`,
    data: [rows.map((_, index) => index), numbers(0), ...(table.dataset.against ? [numbers(1)] : [])],
  };
}

function addTip(u) {
  tip = document.createElement("div");
  tip.className = "chart-tip";
  tip.hidden = true;
  u.over.append(tip);
}

function tipLine(className, cell) {
  const line = document.createElement("span");
  line.className = className;
  line.textContent = cell.textContent.trim();
  return line;
}

function moveTip(u) {
  const index = u.cursor.idx;
  tip.hidden = index == null || u.cursor.left < 0;
  if (tip.hidden) return;
  const { cells } = figures.rows[index];
  const lines = [tipLine("chart-tip-when", cells[0]), tipLine("chart-tip-now", cells[1])];
  if (figures.against) lines.push(tipLine("chart-tip-before", cells[2]));
  tip.replaceChildren(...lines);
  const x = u.valToPos(index, "x");
  const isRight = x > u.over.clientWidth / 2;
  tip.style.left = `${isRight ? x - tip.offsetWidth - 12 : x + 12}px`;
  tip.style.top = "8px";
}

// A bucket is opened where it is pointed at.
function addLink(u) {
  u.over.addEventListener("click", () => {
    const link = figures.rows[u.cursor.idx]?.querySelector("a");
    if (link) location.assign(link.href);
  });
}

function series() {
  const accent = colour("--accent");
  const fill = (u) => {
    const gradient = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height);
    gradient.addColorStop(0, colour("--chart-fill"));
    gradient.addColorStop(1, "transparent");
    return gradient;
  };
  const isFew = figures.rows.length < 3;
  const now = { stroke: accent, width: 2, fill, points: { show: isFew, fill: accent } };
  const before = { stroke: colour("--compare"), width: 1.5, dash: [4, 4], points: { show: isFew } };
  return [{}, now, ...(figures.against ? [before] : [])];
}

function axes() {
  const look = {
    stroke: colour("--ink-3"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    ticks: { show: false },
  };
  const grid = { stroke: colour("--line"), width: 1 };
  const label = (index) => figures.rows[index]?.dataset.short ?? "";
  const wide = figures.rows.some((row) => row.dataset.short.length > 7) ? 90 : 64;
  return [
    { ...look, grid: { show: false }, size: 30, space: wide, incrs: [1, 2, 3, 4, 6, 7, 12, 14, 24, 28, 30, 48, 60, 90, 120, 168, 240, 336, 500, 1000], values: (_, at) => at.map(label) },
    { ...look, grid, size: 56, values: (_, at) => at.map((value) => compact.format(value)) },
  ];
}

function draw() {
  plot?.destroy();
  plot = null;
  host.hidden = "empty" in document.getElementById("chart-data").dataset;
  if (host.hidden) return;
  plot = new uPlot(
    {
      width: host.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      scales: {
        x: { time: false },
        y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 0, 1) * 1.06] },
      },
      padding: [12, 12, 0, 0],
      axes: axes(),
      series: series(),
      hooks: { init: [addTip, addLink], setCursor: [moveTip] },
    },
    figures.data,
    host,
  );
}

// New figures are put into the chart that is there, so that pointing at it goes on.
function update() {
  const before = figures;
  figures = read();
  if (plot && before.shape === figures.shape) {
    if (before.text !== figures.text) plot.setData(figures.data);
  } else {
    draw();
  }
}

update();
document.addEventListener("figures", update);
document.addEventListener("theme", draw);
new ResizeObserver(() => plot?.setSize({ width: host.clientWidth, height: HEIGHT })).observe(host);
