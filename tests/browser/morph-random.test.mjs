// The morph against the parser, over random trees.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch } from './lib/chromium.mjs';
import { serveMorph } from './lib/morph-page.mjs';
import { randomTrees } from './lib/random-trees.mjs';

const SEED = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.COUNT ?? 5_000);

describe('random trees', () => {
  let browser, pages;
  before(async () => {
    browser = await launch();
    pages = await serveMorph();
  });
  after(async () => {
    await browser?.close();
    await pages?.close();
  });

  for (const moveBefore of [true, false]) {
    it(`${2 * COUNT} pairs end exactly as parsed, ${moveBefore ? 'with' : 'without'} moveBefore`, async () => {
      const tab = await pages.tab(browser, { moveBefore });
      assert.equal(await tab.evaluate(randomTrees, { seed: SEED, count: COUNT }), null);
      assert.deepEqual(tab.problems, []);
    });
  }
});
