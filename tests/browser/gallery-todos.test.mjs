// The todo page: validation as one types, errors beside the field, toggle, filter, delete, flash.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, shows } from './gallery/start.mjs';

const { live } = await gallery();
const tab = await live('/todos');
const items = (...texts) =>
  tab.waitForFunction((wanted) => JSON.stringify([...document.querySelectorAll('.list li > span')].map((each) => each.textContent)) === wanted, JSON.stringify(texts));
const press = (name) => tab.getByRole('button', { name, exact: true }).click();

test('what is typed is checked, and stays when it is refused', async () => {
  await tab.locator('#text').pressSequentially('Water the moss');
  await press('Add');
  await items('Water the moss');
  await tab.waitForFunction(() => document.querySelector('#text').value === '');
  await tab.locator('#text').pressSequentially('water the MOSS');
  await shows(tab, '#flash', 'That is in the list already.');
  await press('Add');
  await tab.waitForFunction(() => !document.querySelector('.lv-loading'));
  assert.equal(await tab.inputValue('#text'), 'water the MOSS');
  await tab.press('#text', 'End');
  await tab.keyboard.type(', twice');
  await shows(tab, '#flash', '');
  await tab.keyboard.press('Enter');
  await items('Water the moss', 'water the MOSS, twice');
});

test('the list is ticked off, filtered and deleted', async () => {
  await press('Done: Water the moss');
  await tab.locator('#todo-1.done').waitFor();
  await press('Open');
  await items('water the MOSS, twice');
  await press('Done');
  await items('Water the moss');
  assert.equal(await tab.getByRole('button', { name: 'Done', exact: true }).getAttribute('aria-pressed'), 'true');
  await press('Delete Water the moss');
  await shows(tab, '#flash', '“Water the moss” is deleted.');
  await press('All');
  await items('water the MOSS, twice');
  assert.deepEqual(tab.problems, []);
});
