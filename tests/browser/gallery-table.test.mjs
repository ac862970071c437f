// The table: one row changes alone, sorting, filtering while the user types, and the same rows as one region.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frames, gallery, shows } from './gallery/start.mjs';

const { live } = await gallery();

const bump = (tab, row) => tab.locator(`#row-${row} button`).click();
const stock = async (tab, row) => Number(await tab.locator(`#s${row}`).textContent());
const column = (tab, n) => tab.locator(`tbody tr > :nth-child(${n})`).allTextContents();

/** Notes each change of the table's rows from now on. */
const watch = (tab) => tab.evaluate(() => {
  window.touched = [];
  new MutationObserver((records) => {
    for (const { target, type } of records)
      window.touched.push([(target.closest ? target : target.parentElement).closest('tr')?.id, type]);
  }).observe(document.querySelector('tbody'), { subtree: true, childList: true, characterData: true, attributes: true });
});

for (const path of ['/table', '/table?plain']) {
  test(`${path}: a bump changes its row alone, in few bytes`, async () => {
    const tab = await live(path);
    const sizes = await frames(tab);
    sizes.length = 0;
    await watch(tab);
    const before = await stock(tab, 17);
    for (const n of [1, 2, 3]) {
      await bump(tab, 17);
      await shows(tab, '#s17', before + n);
    }
    const touched = await tab.evaluate(() => window.touched);
    assert.deepEqual([...new Set(touched.map(([row]) => row))], ['row-17']);
    assert.equal(touched.filter(([, type]) => type !== 'attributes').length, 3, 'one text changes, each time');
    assert.equal(sizes.length, 3);
    // At most the row's own HTML once, as the browser has no bytes of it, and then the change alone.
    const row = await tab.evaluate(() => new TextEncoder().encode(document.querySelector('#row-17').innerHTML).length);
    assert.ok(sizes[0] < row + 24, `${sizes} bytes for a row of ${row}`);
    assert.ok(sizes[1] < 60 && sizes[2] < 60, `${sizes} bytes`);
    assert.deepEqual(tab.problems, []);
    await tab.context().close();
  });

  test(`${path}: headers sort, up and down`, async () => {
    const tab = await live(path);
    const header = tab.getByRole('columnheader', { name: 'Price' });
    const numbers = async () => (await column(tab, 4)).map(Number);
    await header.click();
    await tab.locator('th[aria-sort=ascending]', { hasText: 'Price' }).waitFor();
    const up = await numbers();
    assert.deepEqual(up, up.toSorted((a, b) => a - b));
    assert.equal(up.length, 1000);
    await header.click();
    await tab.locator('th[aria-sort=descending]', { hasText: 'Price' }).waitFor();
    const down = await numbers();
    assert.deepEqual(down, up.toReversed());
    assert.equal(await tab.locator('th[aria-sort]').count(), 1);
    const first = (await tab.locator('tbody tr').first().getAttribute('id')).slice(4);
    const before = await stock(tab, first);
    await bump(tab, first);
    await shows(tab, `#s${first}`, before + 1);
    assert.deepEqual(tab.problems, []);
    await tab.context().close();
  });

  test(`${path}: the filter works as the user types, and leaves focus and caret alone`, async () => {
    const tab = await live(path);
    const before = await stock(tab, 4);
    await bump(tab, 4);
    await shows(tab, '#s4', before + 1);
    await tab.locator('#filter').pressSequentially('jde');
    await shows(tab, '.shown output', 0);
    await tab.keyboard.press('ArrowLeft');
    await tab.keyboard.press('ArrowLeft');
    await tab.keyboard.type('a');
    await shows(tab, '.shown output', 100);
    const field = await tab.locator('#filter').evaluate((field) => [field.value, field.selectionStart, field === document.activeElement]);
    assert.deepEqual(field, ['jade', 2, true]);
    assert.ok((await column(tab, 2)).every((name) => name.startsWith('Jade')));
    assert.equal(await stock(tab, 4), before + 1, 'a row that stays keeps what was changed');
    await tab.locator('#filter').fill('');
    await shows(tab, '.shown output', 1000);
    assert.equal(await tab.locator('tbody tr').count(), 1000);
    assert.equal(await stock(tab, 4), before + 1);
    assert.deepEqual(tab.problems, []);
    await tab.context().close();
  });
}

test('a row that went and came back is live', async () => {
  const tab = await live('/table');
  await tab.locator('#filter').fill('kitchen');
  await tab.locator('#row-1').waitFor({ state: 'detached' });
  await tab.locator('#filter').fill('');
  await tab.locator('#row-1').waitFor();
  const before = await stock(tab, 1);
  for (const n of [1, 2]) {
    await bump(tab, 1);
    await shows(tab, '#s1', before + n);
  }
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('an id that is no row changes nothing', async () => {
  const tab = await live('/table');
  const before = await stock(tab, 2);
  for (const id of ['0', '-1', '1001', 'x', '99999999999999999999'])
    await tab.evaluate((id) => window.live.push('bump', { id }), id);
  await bump(tab, 2);
  await shows(tab, '#s2', before + 1);
  await tab.context().close();
});
