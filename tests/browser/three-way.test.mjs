// Patches in a world where others change the page as well: the page ends as the server's HTML plus what others changed and the server
// did not. EPISODES of STEPS patches from SEED on; `SEED=17 EPISODES=1 DEBUG=1 node --test tests/browser/three-way.test.mjs` shows one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bundle } from './lib/bundle.mjs';
import { launch, open } from './lib/chromium.mjs';
import { page, serve } from './lib/server.mjs';

const SEED = Number(process.env.SEED ?? 1);
const EPISODES = Number(process.env.EPISODES ?? 2500);
const STEPS = 20;

describe('three ways', () => {
  let browser, server;
  before(async () => {
    browser = await launch();
    server = await serve({ '/': page({ script: await bundle("import '../../tests/browser/lib/three-way-page.mjs'") }), '/favicon.ico': { type: 'image/x-icon', body: '' } });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function run(options, moveBefore = true) {
    const tab = await open(browser, server.url);
    if (!moveBefore) await tab.evaluate(() => [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore));
    await tab.evaluate((debugging) => (window.debugging = debugging), !!process.env.DEBUG);
    const result = await tab.evaluate((options) => runEpisodes(options), { seed: SEED, steps: STEPS, ...options });
    assert.deepEqual(tab.problems, []);
    await tab.context().close();
    return result;
  }

  it(`${EPISODES * STEPS} random steps keep what others changed and the server did not`, async () => {
    assert.equal(await run({ subject: 'three-way', episodes: EPISODES }), null);
  });

  it('and without moveBefore', async () => {
    assert.equal(await run({ subject: 'three-way', episodes: Math.ceil(EPISODES / 10) }, false), null);
  });

  for (const subject of ['two-way', 'nothing'])
    it(`a patcher that is ${subject} is caught`, async () => {
      assert.match((await run({ subject, episodes: 100 })) ?? 'not caught', /^SEED=/);
    });
});
