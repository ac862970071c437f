// The gallery in a browser without JavaScript: forms and buttons post, and the state lives on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { start } from './gallery/start.mjs';

let browser, gallery;
before(async () => {
  browser = await launch();
  gallery = await start();
});
after(async () => {
  await browser?.close();
  await gallery?.stop();
});

const without = (path) => open(browser, gallery.url + path, { javaScriptEnabled: false });
const press = (tab, name) => Promise.all([tab.waitForNavigation(), tab.getByRole('button', { name, exact: true }).click()]);

test('the counter reaches 3 after three clicks, and 13 after one more', async () => {
  const tab = await without('/counter');
  for (const count of ['1', '2', '3']) {
    await press(tab, 'Add 1');
    assert.equal(await tab.locator('#count').textContent(), count);
  }
  await press(tab, 'Add 10');
  assert.equal(await tab.locator('#count').textContent(), '13');
  await tab.reload();
  assert.equal(await tab.locator('#count').textContent(), '13');
  await tab.context().close();
});

test('a message is said, and one that is empty is told of', async () => {
  const tab = await without('/chat/forms?name=Ann');
  await tab.fill('#text', 'from a form');
  await press(tab, 'Send');
  assert.match(await tab.locator('#messages > *').last().textContent(), /Ann.*from a form/s);
  const other = await without('/chat/forms?name=Bob');
  await other.fill('#text', 'and back');
  await press(other, 'Send');
  await press(tab, 'Send');
  assert.equal(await tab.locator('#flash').textContent(), 'Write something first.');
  assert.match(await tab.locator('#messages > *').last().textContent(), /Bob.*and back/s);
  await tab.context().close();
  await other.context().close();
});

test('the table is sorted, and a row has one more', async () => {
  const tab = await without('/table');
  const stock = () => tab.locator('#s1').textContent().then(Number);
  const before = await stock();
  await Promise.all([tab.waitForNavigation(), tab.locator('th button', { hasText: 'Price' }).click()]);
  assert.equal(await tab.locator('th[aria-sort]').textContent(), 'Price');
  await Promise.all([tab.waitForNavigation(), tab.locator('#row-1 button').click()]);
  assert.equal(await stock(), before + 1);
  assert.equal(await tab.locator('th[aria-sort]').textContent(), 'Price');
  await tab.context().close();
});
