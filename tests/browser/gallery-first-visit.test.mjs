// Somebody's first visit, with several tabs at once: each page's answer sets a cookie, and the last one wins.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connected, start } from './gallery/start.mjs';
import { launch } from './lib/chromium.mjs';
import { proxy } from './lib/proxy.mjs';

const TABS = ['/counter', '/todos', '/counter?again'];

const [server, browser] = [await start(), await launch({ whole: true })];
after(() => Promise.all([server.stop(), browser.close()]));

/** Opens all of them through a proxy that answers the first only when all are on their way. */
async function visit(context) {
  let [waiting, release] = [0];
  const all = new Promise((done) => (release = done));
  const front = await proxy(server.url, () => (++waiting === TABS.length && release(), all));
  const tabs = await Promise.all(
    TABS.map(async (path) => {
      const tab = await context.newPage();
      tab.loads = 0;
      tab.on('load', () => tab.loads++);
      await tab.goto(front.url + path);
      return tab;
    }),
  );
  return { tabs, front };
}

const shows = (tab, count) => tab.locator('#count', { hasText: count }).waitFor();

test('three tabs that open at once all live', async () => {
  const context = await browser.newContext();
  const { tabs, front } = await visit(context);
  for (const tab of tabs) await connected(tab);
  for (const tab of [tabs[0], tabs[2]]) {
    await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
    await shows(tab, '1');
  }
  assert.ok(tabs.every((tab) => tab.loads <= 2), `at most one reload each: ${tabs.map((tab) => tab.loads)}`);
  assert.ok(tabs.some((tab) => tab.loads === 2), 'no cookie was replaced, so this shows nothing');
  await context.close();
});

test('where cookies are refused altogether the page says so, and is not loaded for ever', async () => {
  const context = await browser.newContext();
  const front = await proxy(server.url, (answer) => delete answer.headers['set-cookie']);
  const tab = await context.newPage();
  let loads = 0;
  tab.on('load', () => loads++);
  await tab.goto(`${front.url}/counter`);
  await tab.locator('[data-lv].lv-ended').waitFor();
  assert.ok(loads <= 3, `${loads}`);
  await context.close();
});

test('forms that were open at once are all taken without JavaScript', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { tabs, front } = await visit(context);
  for (const tab of [tabs[0], tabs[2]]) {
    await Promise.all([tab.waitForNavigation(), tab.getByRole('button', { name: 'Add 1', exact: true }).click()]);
    await shows(tab, '1');
  }
  await context.close();
});
