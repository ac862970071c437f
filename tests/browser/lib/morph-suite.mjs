// Named checks of the morph, each in a tab with moveBefore and in one without.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { morphTabs } from './morph-page.mjs';

/**
 * Declares the suite `title` in both modes, on a page with the options given before `declare`. `declare(check, moveBefore)` names its tests: `check(name, run, expected)` runs `run` inside
 * the page, which gives what must deep-equal `expected`; a function as `expected` receives the tab and the result instead.
 */
export function morphSuite(title, ...rest) {
  const declare = rest.pop();
  for (const moveBefore of [true, false]) {
    describe(`${title}, ${moveBefore ? 'with' : 'without'} moveBefore`, () => {
      const open = morphTabs();
      let tab;
      before(async () => {
        tab = await open({ moveBefore, ...rest[0] });
        assert.equal(await tab.evaluate(() => 'moveBefore' in Element.prototype), moveBefore, 'Chromium 133 or newer is needed');
      });
      declare(
        (name, run, expected) => it(name, async () => {
          const result = await tab.evaluate(run);
          if (typeof expected === 'function') await expected(tab, result);
          else assert.deepEqual(result, expected);
          assert.deepEqual(tab.problems.splice(0), []);
        }),
        moveBefore,
      );
    });
  }
}
