// Every page of the gallery: whole without JavaScript, quiet under its policy, readable in light, dark and on a telephone.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { OUT, gallery } from './gallery/start.mjs';
import { faint } from './gallery/contrast.mjs';

const PAGES = { index: '/', counter: '/counter', chat: '/chat/lobby?name=Ann', table: '/table', plain: '/table?plain', todos: '/todos', commands: '/commands', dashboard: '/dashboard' };
const { url, live, visit } = await gallery();
const get = async (path) => (await fetch(url + path)).text();

test('the source of each page has it whole', async () => {
  assert.match(await get('/'), /href="\/counter".*href="\/source\/counter\.rs"/s);
  assert.match(await get('/counter'), /<output id="count"[^>]*>0<\/output>/);
  assert.match(await get('/commands'), /<output id="count">0<\/output>.*<output id="fragile"[^>]*>whole/s);
  assert.equal((await get('/dashboard')).match(/<svg id="\w+-chart"[^>]*>\s*<rect /g).length, 4);
  for (const path of ['/table', '/table?plain']) {
    const html = await get(path);
    assert.equal(html.match(/<tr id="row-\d+"[^>]*><td>/g).length, 1000, path);
    assert.match(html, /<td id="s1000">\d+<\/td>/);
  }
});

test('without JavaScript the table filters and the chat takes messages', async () => {
  const tab = await visit('/table', { javaScriptEnabled: false });
  await tab.locator('#filter').fill('jade teapot');
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/filter=jade/);
  assert.equal(await tab.locator('tbody tr').count(), 5);

  await tab.goto(url + '/chat/paper?name=Bo');
  await tab.locator('#text').fill('no <script> here');
  await tab.getByRole('button', { name: 'Send' }).click();
  await tab.locator('#messages .text', { hasText: 'no <script> here' }).waitFor();
  await tab.context().close();
});

for (const [name, path] of Object.entries(PAGES)) {
  for (const [mode, colorScheme, width, height] of [['light', 'light', 1200, 800], ['dark', 'dark', 1200, 800], ['phone', 'light', 360, 740]]) {
    test(`${name}, ${mode}: no error, no violation, nothing too wide or too faint`, async () => {
      const tab = await live(path, { colorScheme, viewport: { width, height } });
      assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(await tab.evaluate(faint), []);
      assert.deepEqual(tab.problems, []);
      mkdirSync(OUT, { recursive: true });
      await tab.screenshot({ path: `${OUT}gallery-${name}-${mode}.png` });
      await tab.context().close();
    });
  }
}

test('every control is reached by the keyboard, and shows it', async () => {
  const tab = await live('/counter');
  const stops = [];
  for (let i = 0; i < 15; i++) {
    await tab.keyboard.press('Tab');
    stops.push(await tab.evaluate(() => {
      const { activeElement: at } = document;
      return { name: at.ariaLabel ?? at.textContent, outline: getComputedStyle(at).outlineStyle };
    }));
  }
  for (const wanted of ['Skip to the page', 'Mizu Live', 'Counter', 'Subtract 1', 'Add 1', 'Add 10', 'Reset', 'table.csv']) {
    const stop = stops.find(({ name }) => name === wanted);
    assert.equal(stop?.outline, 'solid', `${wanted} of ${JSON.stringify(stops)}`);
  }
  await tab.context().close();
});

test('the plain routes answer', async () => {
  const csv = await fetch(url + '/table.csv');
  assert.match(csv.headers.get('content-disposition'), /attachment; filename="table\.csv"/);
  assert.equal((await csv.text()).trim().split('\r\n').length, 1001);
  assert.equal(await get('/healthz'), 'ok');
  assert.match(await get('/source/counter.rs'), /impl Page for CounterPage/);
  assert.equal((await fetch(url + '/source/main.rs')).status, 404);
});
