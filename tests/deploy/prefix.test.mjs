// An application that shares its host with others, below a path.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { on, start } from '../browser/gallery/start.mjs';
import { launch, open } from '../browser/lib/chromium.mjs';
import { freePort, nginx } from './nginx.mjs';

on('browser-pages');
const [pages, browser] = [await start(['--prefix', '/app']), await launch()];
after(() => Promise.all([pages.stop(), browser.close()]));

/** The board may be empty, and so have no height. */
async function lives(tab) {
  await tab.locator('[data-lv].lv-connected').waitFor({ state: 'attached' });
  return tab;
}

for (const [name, pass] of [
  ['left by the proxy', ''],
  ['removed by the proxy', '/'],
]) {
  test(`a path prefix that is ${name}`, async () => {
    const port = await freePort();
    const upstream = new URL(pages.url).host;
    const { url } = await nginx(`
server {
  listen 127.0.0.1:${port};
  location /app/ {
    proxy_pass http://${upstream}${pass};
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
  }
}`, port);
    const tab = await lives(await open(browser, `${url}/app/board?steps=1,2,3,4,5`));
    const shown = await tab.locator('[data-lv]').innerHTML();
    await tab.evaluate(() => [6, 7, 8].forEach((seed) => live.push('step', { seed })));
    await tab.waitForFunction((before) => document.querySelector('[data-lv]').innerHTML !== before, shown);
    await tab.reload();
    await lives(tab);
    assert.deepEqual(tab.problems, []);
    assert.equal((await fetch(`${url}/board`)).status, 404, 'outside of the prefix it is somebody else');
    await tab.context().close();
  });
}
