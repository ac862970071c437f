// A server that stops: browsers are told, and come back when it does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { faint } from './gallery/contrast.mjs';
import { connected, shows, start } from './gallery/start.mjs';

const browser = await launch({ whole: true });
after(() => browser.close());

test('a killed server is told of, and comes back', async () => {
  const first = await start();
  const address = first.url.slice('http://'.length);
  const tab = await connected(await open(browser, `${first.url}/counter`));
  await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(tab, '#count', 1);
  await first.stop('SIGKILL');
  await tab.locator('[data-lv].lv-disconnected').waitFor();
  await tab.locator('.lv-notice', { hasText: 'Reconnecting' }).waitFor();
  assert.deepEqual(await tab.evaluate(faint, '.lv-notice'), []);
  assert.equal(await tab.locator('.lv-notice').evaluate((notice) => getComputedStyle(notice).position), 'fixed');
  const second = await start(['--addr', address]);
  await connected(tab);
  await tab.locator('.lv-notice').waitFor({ state: 'hidden' });
  const now = Number(await tab.locator('#count').textContent());
  await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(tab, '#count', now + 1);
  await tab.context().close();
  assert.equal(await second.stop(), 0);
});

test('SIGTERM and SIGINT end it cleanly within a second, with a browser connected', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const server = await start();
    const tab = await connected(await open(browser, `${server.url}/counter`));
    const before = performance.now();
    assert.equal(await server.stop(signal), 0);
    assert.ok(performance.now() - before < 1500, `${performance.now() - before} ms`);
    await tab.context().close();
  }
});
