// Regions that go, come back and move, in a real browser: what is shown is what the server says.
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

async function visit() {
  const tab = await open(browser, `${server.url}/dialog`);
  await connected(tab);
  return tab;
}

const connected = (tab) => tab.locator('[data-lv].lv-connected').waitFor({ state: 'attached' });

const acts = new WeakMap();
/** Clicks a button, and waits until the server has answered. */
async function click(tab, name) {
  acts.set(tab, (acts.get(tab) ?? 0) + 1);
  await tab.getByRole('button', { name, exact: true }).click();
  await tab.locator('output', { hasText: new RegExp(`^${acts.get(tab)}$`) }).waitFor();
}

const text = async (tab, selector) => (await tab.locator(selector).innerText()).trim();

test('a dialog that is opened again has its fields', async () => {
  const tab = await visit();
  for (let round = 0; round < 3; round++) {
    await click(tab, 'Toggle');
    assert.equal(await text(tab, '[role=dialog]'), 'Name', `opened ${round + 1} times`);
    await click(tab, 'Toggle');
    assert.equal(await tab.locator('[role=dialog]').count(), 0);
  }
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('a list whose last row goes lives on', async () => {
  const tab = await visit();
  for (let row = 0; row < 3; row++) await click(tab, 'Remove');
  assert.equal(await tab.locator('li').count(), 0);
  for (let row = 0; row < 2; row++) await click(tab, 'Add');
  assert.deepEqual(await tab.locator('li').allInnerTexts(), ['Task 13', 'Task 14']);
  await click(tab, 'Remove');
  assert.deepEqual(await tab.locator('li').allInnerTexts(), ['Task 13']);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('a branch that moves comes with its leaves', async () => {
  const tab = await visit();
  const branch = /branch\s+twig\s+leaf/;
  for (const side of ['right', 'left', 'right']) {
    await click(tab, 'Move');
    assert.match(await text(tab, `[data-lv-region=${side}]`), branch);
  }
  await tab.context().close();
});

test('a branch that moves while the network is away comes with its leaves', async () => {
  const tab = await visit();
  const branch = /branch\s+twig\s+leaf/;
  await click(tab, 'Move soon');
  await tab.context().setOffline(true);
  await tab.locator('[data-lv].lv-disconnected').waitFor();
  // The server moves it meanwhile. A click that waits in the browser is answered after that.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await tab.context().setOffline(false);
  await connected(tab);
  await click(tab, 'Toggle');
  assert.match(await text(tab, '[data-lv-region=right]'), branch);
  assert.doesNotMatch(await text(tab, '[data-lv-region=left]'), /branch/);
  assert.deepEqual(tab.problems.filter((problem) => !/ERR_INTERNET_DISCONNECTED/.test(problem)), []);
  await tab.context().close();
});
