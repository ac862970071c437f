// What development mode tells of a page's mistakes, in the console and where the page doesn't load at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './lib/chromium.mjs';
import { connected, gallery, on, shows, start } from './gallery/start.mjs';

on('browser-pages');
const { url, browser, visit } = await gallery(['--dev']);

/** Opens the page; `said` waits for a warning, and `warnings` has them all. */
async function page() {
  const tab = await open(browser, 'about:blank');
  tab.warnings = [];
  tab.on('console', (message) => message.type() === 'warning' && tab.warnings.push(message.text()));
  await tab.goto(`${url}/mistakes`);
  await connected(tab);
  const press = (name) => tab.getByRole('button', { name, exact: true }).click();
  const said = async (name, pattern) => {
    const matches = (message) => message.type() === 'warning' && pattern.test(message.text());
    await Promise.all([tab.waitForEvent('console', matches), press(name)]);
  };
  return { tab, press, said };
}

test('a slow render is warned of, at most once a second', async () => {
  const { tab, press, said } = await page();
  const start = Date.now();
  await said('slow', /Rendering \/mistakes took \d+ ms/);
  for (let renders = 2; renders <= 6; renders++) {
    await press('slow');
    await shows(tab, '#out', renders);
  }
  const most = 1 + Math.floor((Date.now() - start) / 1000);
  assert.ok(tab.warnings.filter((text) => text.includes('Rendering')).length <= most);
  await tab.context().close();
});

test('an unknown event and an id that is there twice are warned of', async () => {
  const { tab, said } = await page();
  await said('unknown', /handle `unknown` failed on \/mistakes\nthe page doesn't know this event.*\nits markup makes {"chain", "slow", "twice", "unknown"}/);
  await said('twice', /the id "field" is not unique/);
  assert.equal(await tab.locator('live-errors').count(), 0);
  await tab.context().close();
});

test('each cause of an error has its line', async () => {
  const { tab, press } = await page();
  await press('chain');
  await tab.locator('live-errors pre').waitFor();
  assert.equal(await tab.locator('live-errors h3').textContent(), 'handle `chain` failed on /mistakes');
  assert.equal(await tab.locator('live-errors pre').textContent(), "the entry wasn't saved\nthe table is locked\nthe disk is full");
  await tab.context().close();
});

test('a page that does not load says why, in development mode alone', async () => {
  const tab = await visit('/mistakes?fail');
  assert.equal(await tab.locator('p').first().textContent(), 'mount failed on /mistakes:');
  assert.deepEqual(await tab.locator('li').allTextContents(), ['no <list>', 'the disk is full']);
  assert.deepEqual(tab.problems.filter((problem) => !/Failed to load resource/.test(problem)), []);
  await tab.context().close();
  const server = await start([]);
  const body = await (await fetch(`${server.url}/mistakes?fail`)).text();
  assert.match(body, /Something went wrong\./);
  assert.doesNotMatch(body, /list|disk|mistakes/);
  await server.stop();
});
