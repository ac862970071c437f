// The morph against the parser, over random trees.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { morphTabs } from './lib/morph-page.mjs';
import { randomTrees } from './lib/random-trees.mjs';

const SEED = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.COUNT ?? 10_000);

describe('random trees', () => {
  const open = morphTabs();

  for (const moveBefore of [true, false]) {
    it(`${2 * COUNT} pairs end exactly as parsed, ${moveBefore ? 'with' : 'without'} moveBefore`, async () => {
      const tab = await open({ moveBefore });
      assert.equal(await tab.evaluate(randomTrees, { seed: SEED, count: COUNT }), null);
      assert.deepEqual(tab.problems, []);
    });
  }
});
