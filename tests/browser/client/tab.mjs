// A page with the runtime in it, against a fake server, for the length of one test.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { launch, open } from '../lib/chromium.mjs';
import { fake } from './fake.mjs';

const browser = await launch();
after(() => browser.close());

/**
 * Opens a page whose root holds `inner`, and runs `run` with `{ server, tab, connection }`, the connection welcomed. At the end
 * the page must have reported no error but those that match `expected`.
 */
export function live(inner, run, { welcome, expected = /$^/, clock = false, ...options } = {}) {
  return async () => {
    const server = await fake(inner, options);
    const tab = await open(browser, 'about:blank');
    try {
      if (clock) {
        await tab.clock.install({ time: 0 });
        await tab.clock.pauseAt(1000);
      }
      await tab.goto(server.url);
      const connection = await server.welcomed(welcome);
      await tab.locator('.lv-connected').waitFor({ state: 'attached' });
      await run({ server, tab, connection });
      assert.deepEqual(tab.problems.filter((problem) => !expected.test(problem)), []);
    } finally {
      await tab.context().close();
      await server.close();
    }
  };
}

/** Resolves once `read` in the page, given `argument`, gives `wanted`. It asks from outside, since the page's clock may stand still. */
export async function becomes(tab, read, wanted, argument) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await tab.evaluate(read, argument);
    if (value === wanted) return;
    if (Date.now() > deadline) throw new Error(`${read} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`);
  }
}

/** Asserts that the page has sent no event before this. */
export async function silent(tab, connection) {
  await tab.evaluate(() => live.push('end'));
  assert.equal((await connection.event()).name, 'end');
}
