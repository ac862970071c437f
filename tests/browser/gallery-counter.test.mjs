// The counter: clicks, values, keys, and a slow line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frames, gallery, shows } from './gallery/start.mjs';

const { live } = await gallery(['--addr', '127.0.0.1:0', '--dev']);
const count = (tab, number) => shows(tab, '#count', number);
const press = (tab, name) => tab.getByRole('button', { name, exact: true }).click();

test('buttons count', async () => {
  const tab = await live('/counter');
  await press(tab, 'Add 1');
  await count(tab, 1);
  await press(tab, 'Add 10');
  await count(tab, 11);
  await press(tab, 'Subtract 1');
  await count(tab, 10);
  await press(tab, 'Reset');
  await count(tab, 0);
  await press(tab, 'Subtract 1');
  await count(tab, -1);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('the keyboard counts, and keeps its place', async () => {
  const tab = await live('/counter');
  await tab.getByRole('button', { name: 'Add 10' }).focus();
  await tab.keyboard.press('Enter');
  await count(tab, 10);
  await tab.keyboard.press('Space');
  await count(tab, 20);
  await tab.keyboard.press('ArrowUp');
  await count(tab, 21);
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('ArrowDown');
  await count(tab, 19);
  assert.equal(await tab.evaluate(() => document.activeElement.ariaLabel), 'Add 10');
  await tab.context().close();
});

test('each tab counts for itself, and a click costs few bytes', async () => {
  const [one, two] = await Promise.all([live('/counter'), live('/counter')]);
  const sizes = await frames(one);
  await press(one, 'Add 1');
  await count(one, 1);
  sizes.length = 0;
  await press(one, 'Add 1');
  await count(one, 2);
  assert.equal(sizes.length, 1);
  assert.ok(sizes[0] <= 24, `${sizes[0]} bytes`);
  assert.equal(await two.locator('#count').textContent(), '0');
  await Promise.all([one.context().close(), two.context().close()]);
});

test('fast clicks on a slow line all count', async () => {
  const tab = await live('/counter');
  await tab.evaluate(() => window.live.latency(200));
  await tab.locator('[data-lv].lv-connected').waitFor();
  const before = await tab.evaluate(() => performance.now());
  for (let i = 0; i < 5; i++) await press(tab, 'Add 1');
  await count(tab, 5);
  const took = (await tab.evaluate(() => performance.now())) - before;
  assert.ok(took >= 200, `the line was not slow: ${took} ms`);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});
