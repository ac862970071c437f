// Development mode: the latency simulator, frames as JSON, and pages that give no warning.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './lib/chromium.mjs';
import { connected, gallery, shows } from './gallery/start.mjs';

const { url, browser, visit } = await gallery(['--addr', '127.0.0.1:0', '--dev']);

/** Opens a page, and collects what its console has above the level of information. How long a render takes is the machine's affair. */
async function quiet(path) {
  const tab = await open(browser, 'about:blank');
  tab.said = [];
  tab.on('console', (message) => ['warning', 'error'].includes(message.type()) && !/^live: Rendering /.test(message.text()) && tab.said.push(message.text()));
  await tab.goto(url + path);
  return connected(tab);
}

const plus = (tab) => tab.getByRole('button', { name: 'Add 1', exact: true });

test('with 200 ms of latency the counter counts, later', async () => {
  const tab = await connected(await visit('/counter'));
  await tab.evaluate(() => window.live.latency(200));
  await connected(tab);
  const later = await tab.evaluate(async () => {
    const count = document.querySelector('#count');
    const start = performance.now();
    const changed = new Promise((done) => new MutationObserver(done).observe(count, { childList: true, characterData: true, subtree: true }));
    document.querySelector('[data-lv-click=inc]').click();
    await changed;
    return performance.now() - start;
  });
  assert.ok(later >= 400, `after ${later} ms`);
  for (let i = 0; i < 4; i++) await plus(tab).click();
  await shows(tab, '#count', 5);
  await tab.context().close();
});

test('with frames as JSON the counter counts, and it stays so over a reload', async () => {
  const tab = await connected(await visit('/counter'));
  const texts = [];
  tab.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => texts.push(payload)));
  await tab.evaluate(() => window.live.json(true));
  await connected(tab);
  await plus(tab).click();
  await shows(tab, '#count', 1);
  assert.ok(texts.length >= 2);
  assert.ok(texts.every((text) => Array.isArray(JSON.parse(text))));
  texts.length = 0;
  await tab.reload();
  await connected(tab);
  assert.ok(JSON.parse(texts.at(-1)));
  await tab.context().close();
});

for (const path of ['/', '/counter', '/chat/dev', '/table', '/table?plain', '/commands', '/dashboard']) {
  test(`${path} gives no warning`, async () => {
    const tab = await quiet(path);
    if (path === '/chat/dev') {
      await tab.locator('#text').fill('hello');
      await tab.keyboard.press('Enter');
      await tab.locator('#messages .text', { hasText: 'hello' }).waitFor();
    }
    if (path === '/commands') {
      await tab.getByRole('button', { name: 'To the top' }).click();
      await shows(tab, '#count', 1);
    }
    if (path === '/dashboard') await tab.locator('#events-chart rect:nth-child(3)').waitFor({ state: 'attached' });
    if (path.startsWith('/table')) {
      const before = Number(await tab.locator('#s3').textContent());
      await tab.locator('#row-3 button').click();
      await shows(tab, '#s3', before + 1);
      await tab.locator('#filter').fill('jade');
      await shows(tab, '.shown output', 100);
    }
    assert.deepEqual(tab.said, []);
    await tab.context().close();
  });
}
