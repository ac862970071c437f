// What the first response shows stays: the page's data comes from tasks of `mount`, which run again when the browser connects.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { on, start } from './gallery/start.mjs';

on('browser-pages');

let server, browser;
before(async () => ([server, browser] = await Promise.all([start([]), launch()])));
after(async () => {
  await browser?.close();
  server?.stop();
});

/** Writes down each change of the page's text, from before its script runs. */
function watch() {
  window.seen = [];
  const note = () => {
    const text = document.querySelector('ol')?.innerText;
    if (text !== undefined && window.seen.at(-1) !== text) window.seen.push(text);
  };
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
}

test('rows that a task of mount has loaded do not vanish while the browser connects', async () => {
  const tab = await open(browser, 'about:blank');
  await tab.addInitScript(watch);
  for (let load = 0; load < 3; load++) {
    await tab.goto(`${server.url}/report`);
    await tab.locator('[data-lv].lv-connected').waitFor();
    await tab.getByRole('button', { name: 'Count' }).click();
    await tab.locator('output', { hasText: /^1$/ }).waitFor();
    const seen = await tab.evaluate(() => window.seen);
    assert.equal(seen.at(-1), 'Ada: 3\nGrace: 5');
    assert.ok(!seen.slice(1).includes(''), `rows vanished: ${JSON.stringify(seen)}`);
    assert.equal(await tab.locator('li').count(), 2);
  }
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});
