// What a patch costs: milliseconds of the processor for scripts in Chromium (not layout, not paint), beside morphdom, idiomorph and the two-way morph that
// three-way patching took the place of, all in one run and in turns. `node tests/browser/bench/patches.mjs`; SAMPLES (25).
import { bundle } from '../lib/bundle.mjs';
import { launch, open } from '../lib/chromium.mjs';
import { page, serve } from '../lib/server.mjs';

const SAMPLES = Number(process.env.SAMPLES ?? 25);
const PERCENTILE = 0.2; // what else the machine does only makes it slower

const range = (n) => Array.from({ length: n }, (_, i) => i);

const row = (i, stock) =>
  `<tr id="row-${i}"><td>${i}</td><th scope="row">jade teapot ${i}</th><td>kitchen</td><td>${i}.90</td><td id="s${i}">${stock}</td><td>` +
  `<button form="do" name="_lv_event" value="bump?id=${i}" data-lv-click="bump" data-lv-value-id="${i}" aria-label="+1 jade teapot ${i}">+1</button></td></tr>`;
const table = (order, changed, stock) => order.map((i) => row(i, i === changed ? stock : 7)).join('');
const order = range(1000);
const moved = [...order.slice(0, 100), ...order.slice(101, 900), 100, ...order.slice(900)];

const message = (i) => `<li id="m${i}"><b>user ${i % 7}</b> <time datetime="2026-01-01T00:00:${i % 60}Z">12:${i % 60}</time> <span>message number ${i}, of some length</span></li>`;

const field = (i, error) => `<p><label for="f${i}">Field ${i}</label> <input id="f${i}" name="f[${i}]" value="value ${i}">${error ? `<em>must be ${i}</em>` : ''}</p>`;
const form = (errors) => `<form id="big" data-lv-change="check">${range(200).map((i) => field(i, errors && i % 20 === 0)).join('')}<button>Save</button></form>`;

const NARROW = ['three-way, one element', 'two-way, one element'];
const WHOLE = ['three-way', 'three-way, 100 foreign changes', 'two-way', 'morphdom', 'idiomorph'];
const SCENES = [
  { name: 'one cell of 1,000 rows', tag: 'tbody', ways: [...NARROW, ...WHOLE], states: [1, 2].map((n) => ({ html: table(order, 500, n), id: 's500', inner: `${n}` })) },
  { name: 'all cells of 1,000 rows', tag: 'tbody', ways: WHOLE, states: [1, 2].map((n) => ({ html: order.map((i) => row(i, n)).join('') })) },
  { name: 'a row of 1,000 moves', tag: 'tbody', ways: WHOLE, states: [{ html: table(order) }, { html: table(moved) }] },
  { name: 'a message after 500', tag: 'ul', ways: WHOLE, states: [500, 501].map((n) => ({ html: range(n).map(message).join('') })) },
  { name: '10 errors in a form of 200', tag: 'div', ways: WHOLE, states: [{ html: form(false) }, { html: form(true) }] },
];

const script = await bundle("import '../../tests/browser/bench/page.ts'");
const server = await serve({ '/': page({ script }), '/favicon.ico': { type: 'image/x-icon', body: '' } });
const browser = await launch({ whole: true });
const tab = await open(browser, server.url);
const cdp = await tab.context().newCDPSession(tab);
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });

/** Milliseconds that scripts have taken. */
const taken = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'ThreadTime').value * 1000;
const cost = async (way, repeats) => {
  const before = await taken();
  await tab.evaluate(([way, repeats]) => run(way, repeats), [way, repeats]);
  return (await taken()) - before;
};

try {
  for (const { name, tag, ways, states } of SCENES) {
    await tab.evaluate(([tag, states, ways]) => stage(tag, states, ways), [tag, states, ways]);
    const samples = new Map(ways.map((way) => [way, []]));
    for (let i = 0; i < SAMPLES + 2; i++)
      for (const way of ways) {
        // An even number, so that each sample begins with the first state.
        const repeats = NARROW.includes(way) ? 400 : 4;
        const took = (await cost(way, repeats)) - (await cost(way, 0));
        if (i >= 2) samples.get(way).push(took / repeats); // after warming up
      }
    for (const way of ways) await tab.evaluate((way) => check(way), way);
    console.log(`\n${name}`);
    for (const [way, took] of samples) {
      const sorted = took.toSorted((a, b) => a - b);
      console.log(`  ${way.padEnd(32)} ${sorted[Math.floor(PERCENTILE * sorted.length)].toFixed(3).padStart(9)} ms`);
    }
  }
  if (tab.problems.length) throw Error(tab.problems.join('\n'));
} finally {
  await browser.close();
  await server.close();
}
