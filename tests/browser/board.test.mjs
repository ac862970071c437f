// Nested and dynamic regions in a real browser: after every random step the DOM is what a full render of the same state is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { on, start } from './gallery/start.mjs';

on('browser-pages');

const STEPS = 120;
let server, browser, url;

before(async () => {
  server = await start([]);
  url = server.url;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.stop();
});

for (const moveBefore of [true, false]) {
  for (const seed of [1, 2]) {
    test(`${STEPS} steps from seed ${seed}, ${moveBefore ? 'with' : 'without'} moveBefore`, async () => {
      const live = await open(browser, 'about:blank');
      const plain = await open(browser, 'about:blank', { javaScriptEnabled: false });
      if (!moveBefore) await live.addInitScript(() => delete Element.prototype.moveBefore);
      await live.goto(`${url}/board`);
      await live.locator('[data-lv].lv-connected').waitFor({ state: 'attached' });

      const steps = [];
      for (let at = 0; at < STEPS; at++) {
        steps.push(seed * 100_003 + at);
        await step(live, steps.at(-1));
        await plain.setContent(await (await fetch(`${url}/board?steps=${steps}`)).text());
        assert.equal(await inside(live), await inside(plain), `seed ${seed}, step ${at}`);
      }
      assert.ok(await plain.locator('li').count(), 'there are rows at the end');
      assert.deepEqual(live.problems, []);
      await live.context().close();
      await plain.context().close();
    });
  }
}

const inside = (tab) => tab.locator('[data-lv]').innerHTML();

/** Sends one event, and waits for the frame that answers it. */
function step(tab, seed) {
  return tab.evaluate((seed) => {
    const answered = new Promise((resolve) => live.on('receive', () => resolve()));
    live.push('step', { seed: `${seed}` });
    return answered;
  }, seed);
}
