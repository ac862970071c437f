// What patches leave behind: nothing, however many come and whatever others do meanwhile.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { morphTabs } from './lib/morph-page.mjs';

const WARM = 2000;
const PATCHES = 10_000;

describe('costs', () => {
  const open = morphTabs();

  it(`${PATCHES} patches leave the heap and the number of nodes level`, async () => {
    const tab = await open({ moveBefore: true });
    const cdp = await tab.context().newCDPSession(tab);
    await cdp.send('Performance.enable');
    const held = async () => {
      for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
      const { metrics } = await cdp.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    };
    await tab.evaluate(() => {
      const row = (i, n) => `<li id="r${i}" class="c${n % 3}"><b id="b${i}">${n}</b><input name="n${i}" value="${n % 5}"><div data-lv-region="h${i}"></div></li>`;
      const html = (n) => `<ul>${Array.from({ length: 12 }, (_, i) => ((i + n) % 4 ? row((i * 5 + n) % 12, n) : '')).join('')}</ul><p>${n}</p>`;
      const others = [
        (li) => li.classList.toggle('mine'),
        (li) => (li.querySelector(':scope > i') ? li.append(li.querySelector(':scope > i')) : li.append(document.createElement('i'))),
        (li) => document.body.append(li),
        (li) => li.remove(),
        (li) => li.parentNode.prepend(li),
        (li) => li.replaceWith(document.createElement('i')),
        (li) => (li.firstChild.textContent = 'mine'),
        (li) => li.querySelector('[data-lv-region]')?.replaceChildren('content'),
      ];
      show(html(0));
      let n = 0;
      window.run = async (patches) => {
        for (let i = 0; i < patches; i++) {
          morph($('#root'), html(++n));
          const b = patcher.find($('#root'), 'b5');
          if (b) patcher.inner(b, `narrowed ${n}`);
          const rows = document.querySelectorAll('#root li');
          if (rows.length) others[n % others.length](rows[n % rows.length]);
          // What is others' only others take away.
          for (const each of document.querySelectorAll('#root ul > i')) each.remove();
          // The observer is called.
          if (!(n % 10)) await null;
          if (!(n % 100)) await new Promise((done) => setTimeout(done));
        }
      };
    });
    await tab.evaluate((n) => run(n), WARM);
    const first = await held();
    await tab.evaluate((n) => run(n), PATCHES);
    const last = await held();
    assert.ok(last.Nodes - first.Nodes < 200, `${first.Nodes} nodes, then ${last.Nodes}`);
    assert.ok(last.JSHeapUsedSize - first.JSHeapUsedSize < 300_000, `${first.JSHeapUsedSize} bytes, then ${last.JSHeapUsedSize}`);
    assert.deepEqual(tab.problems, []);
  });

  it('appending by scripts is linear', async () => {
    const tab = await open({ moveBefore: true });
    const appended = (count) =>
      tab.evaluate((count) => {
        show('<ul></ul>');
        for (let i = 0; i < count; i++) $('ul').append(document.createElement('li'));
        const began = performance.now();
        morph($('#root'), '<ul></ul><p>x</p>');
        return performance.now() - began;
      }, count);
    await appended(2000);
    const [few, many] = [await appended(4000), await appended(40_000)];
    assert.ok(many < 40 * few + 100, `${few} ms for 4,000, ${many} ms for 40,000`);
  });
});
