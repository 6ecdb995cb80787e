// Draws each figure's table as a chart. The table stays: it says the same.
const drawn = new WeakMap();
const dashes = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
const colors = ['#2f7ed8', '#c2571a', '#3c9d63', '#8e5fc2'];

/** Columns of numbers, the oldest first; the first is the time in seconds. */
function pointsOf(figure) {
  const rows = [...figure.querySelectorAll('details tbody tr')].reverse();
  const times = rows.map((row) => Date.parse(row.querySelector('time').dateTime) / 1000);
  const columns = [...(rows[0]?.querySelectorAll('td') ?? [])].map((_cell, at) =>
    rows.map((row) => {
      const value = row.querySelectorAll('td')[at]?.querySelector('data')?.value;
      return value === undefined ? null : Number(value);
    }),
  );
  return [times, ...columns];
}

/** Lines across the chart where something was changed. */
const marks = (figure) => (chart) => {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = getComputedStyle(figure).color;
  ctx.setLineDash([3, 3]);
  for (const { at } of JSON.parse(figure.dataset.marks)) {
    const x = chart.valToPos(Date.parse(at) / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
};

function begin(figure, data) {
  const plot = figure.querySelector('.plot');
  const stroke = getComputedStyle(figure).color;
  const names = [...figure.querySelectorAll('details thead th')].slice(1).map((it) => it.textContent);
  const texts = new Map(
    [...figure.querySelectorAll('details data')].map((it) => [Number(it.value), it.textContent]),
  );
  const axis = { stroke, grid: { stroke: '#8884', width: 1 }, ticks: { stroke: '#8884' } };
  const options = {
    width: plot.clientWidth,
    height: 220,
    cursor: { y: false },
    // It is a table inside a picture; the key beside it says which line is which.
    legend: { show: false },
    series: [
      {},
      ...names.map((label, at) => ({
        ...{ label, stroke: colors[at % colors.length], dash: dashes[at % dashes.length], width: 2 },
        spanGaps: true,
      })),
    ],
    axes: [axis, { ...axis, size: 70, values: (_chart, values) => values.map((it) => shown(it, texts)) }],
    hooks: { draw: [marks(figure)] },
  };
  return new uPlot(options, data, plot);
}

/** Milliseconds where the table has units, else the number. */
function shown(value, texts) {
  const hasUnits = [...texts.values()].some((text) => /[a-z]$/.test(text));
  if (!hasUnits) return String(value);
  return value < 1000 ? `${value} ms` : `${Math.round(value / 100) / 10} s`;
}

/** Draws what is new. */
function drawCharts() {
  for (const figure of document.querySelectorAll('figure.chart')) {
    const data = pointsOf(figure);
    const text = JSON.stringify(data) + figure.dataset.marks;
    const known = drawn.get(figure);
    if (known?.text === text) continue;
    if (known) known.chart.setData(data);
    drawn.set(figure, { text, chart: known?.chart ?? begin(figure, data) });
  }
}

addEventListener('resize', () => {
  for (const figure of document.querySelectorAll('figure.chart'))
    drawn.get(figure)?.chart.setSize({ width: figure.querySelector('.plot').clientWidth, height: 220 });
});
drawCharts();
