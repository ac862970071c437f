// The table and the todos in a browser without JavaScript: forms and buttons post, and the state lives on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, post } from './gallery/start.mjs';

const { without } = await gallery();

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
    await post(tab, 'Add');
  }
  assert.deepEqual(await items(), ['Water the moss', 'Call <Ann>']);
  await post(tab, 'Add');
  assert.equal(await tab.locator('#flash').textContent(), 'Write what is to be done.');
  await post(tab, 'Done: Water the moss');
  await post(tab, 'Open');
  assert.deepEqual(await items(), ['Call <Ann>']);
  await post(tab, 'Done');
  assert.deepEqual(await items(), ['Water the moss']);
  await post(tab, 'Delete Water the moss');
  assert.equal(await tab.locator('#flash').textContent(), '“Water the moss” is deleted.');
  await post(tab, 'All');
  assert.deepEqual(await items(), ['Call <Ann>']);
  await tab.context().close();
});
