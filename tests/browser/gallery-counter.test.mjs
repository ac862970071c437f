// The counter: clicks, values, keys, a slow line, and no JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './lib/chromium.mjs';
import { slowly } from './gallery/slow.mjs';
import { connected, frames, gallery, post, shows } from './gallery/start.mjs';

const { url, browser, live, without } = await gallery();
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
  const [received, sent] = [await frames(one), await frames(one, 'framesent')];
  await press(one, 'Add 1');
  await count(one, 1);
  received.length = sent.length = 0;
  await press(one, 'Add 1');
  await count(one, 2);
  assert.deepEqual(sent, [8]);
  assert.equal(received.length, 1);
  assert.ok(received[0] <= 13, `${received} bytes`);
  assert.equal(await two.locator('#count').textContent(), '0');
  await Promise.all([one.context().close(), two.context().close()]);
});

test('fast clicks on a slow line all count, and none twice', async (t) => {
  const line = await slowly(url, 200);
  t.after(line.close);
  const tab = await connected(await open(browser, `${line.url}/counter`));
  await tab.evaluate(() => {
    window.shown = [[performance.now(), '0']];
    const note = () => window.shown.push([performance.now(), document.querySelector('#count').textContent]);
    new MutationObserver(note).observe(document.querySelector('#count'), { childList: true, characterData: true, subtree: true });
  });
  const pressed = await tab.evaluate(() => {
    const before = performance.now();
    for (let i = 0; i < 5; i++) document.querySelector('[data-lv-click=inc]').click();
    return before;
  });
  await count(tab, 5);
  await press(tab, 'Subtract 1');
  await count(tab, 4);
  const shown = await tab.evaluate(() => window.shown);
  assert.ok(shown[1][0] - pressed >= 400, `the line was not slow: ${shown[1][0] - pressed} ms`);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('without JavaScript it reaches 3 after three clicks, and 13 after one more', async () => {
  const tab = await without('/counter');
  for (const count of ['1', '2', '3']) {
    await post(tab, 'Add 1');
    assert.equal(await tab.locator('#count').textContent(), count);
  }
  await post(tab, 'Add 10');
  assert.equal(await tab.locator('#count').textContent(), '13');
  await tab.reload();
  assert.equal(await tab.locator('#count').textContent(), '13');
  await tab.context().close();
});
