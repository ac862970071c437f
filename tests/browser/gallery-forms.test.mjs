// The gallery in a browser without JavaScript: forms and buttons post, and the state lives on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery } from './gallery/start.mjs';

const { visit } = await gallery();
const without = (path) => visit(path, { javaScriptEnabled: false });
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

test('a todo is added, filtered and deleted', async () => {
  const tab = await without('/todos');
  const items = () => tab.locator('.list li > span').allTextContents();
  for (const text of ['Water the moss', 'Call <Ann>']) {
    await tab.fill('#text', text);
    await press(tab, 'Add');
  }
  assert.deepEqual(await items(), ['Water the moss', 'Call <Ann>']);
  await press(tab, 'Add');
  assert.equal(await tab.locator('#flash').textContent(), 'Write what is to be done.');
  await press(tab, 'Done: Water the moss');
  await press(tab, 'Open');
  assert.deepEqual(await items(), ['Call <Ann>']);
  await press(tab, 'Done');
  assert.deepEqual(await items(), ['Water the moss']);
  await press(tab, 'Delete Water the moss');
  assert.equal(await tab.locator('#flash').textContent(), '“Water the moss” is deleted.');
  await press(tab, 'All');
  assert.deepEqual(await items(), ['Call <Ann>']);
  await tab.context().close();
});
