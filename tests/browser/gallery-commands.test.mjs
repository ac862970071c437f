// The page of commands and errors: each button does in a real browser what is written beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, gallery, post, shows } from './gallery/start.mjs';

const { url, live, without } = await gallery();
const open = (options) => live('/commands', options);
const press = (tab, name) => tab.getByRole('button', { name, exact: true }).click();
const told = (tab, text) => tab.locator('.told li', { hasText: text }).first().waitFor();
const done = (tab, number) => shows(tab, '#count', number);

test('a redirect adds to the history, or takes the place of the page', async () => {
  const tab = await open();
  await press(tab, 'To the counter');
  await tab.waitForURL('**/counter');
  await tab.goBack();
  await tab.waitForURL('**/commands');

  await tab.goto(url + '/todos');
  await connected(tab);
  await tab.goto(url + '/commands');
  await connected(tab);
  await press(tab, 'Replacing this page');
  await tab.waitForURL('**/counter');
  await tab.goBack();
  await tab.waitForURL('**/todos');
  await tab.context().close();
});

test('the field gets the focus', async () => {
  const tab = await open();
  await press(tab, 'Focus the field');
  await tab.waitForFunction(() => document.activeElement.id == 'field');
  await tab.context().close();
});

test('the marked line is scrolled to where the server says, and the page to its top', async () => {
  const tab = await open({ viewport: { width: 1200, height: 800 } });
  /** Where the line is in its box, from 0 at the top to 1 at the bottom. */
  const place = (low, high) => tab.waitForFunction(([low, high]) => {
    const [line, box] = ['#goal', '.lines'].map((selector) => document.querySelector(selector).getBoundingClientRect());
    const at = (line.top - box.top) / (box.height - line.height);
    return at >= low && at <= high;
  }, [low, high]);
  for (const [name, low, high] of [['Start', -0.1, 0.1], ['Centre', 0.4, 0.6], ['End', 0.9, 1.1], ['Nearest', 0.9, 1.1]]) {
    await press(tab, name);
    await place(low, high);
  }
  await tab.evaluate(() => scrollTo(0, 600));
  await press(tab, 'To the top');
  await tab.waitForFunction(() => scrollY === 0);
  await tab.context().close();
});

test('a file is saved under the name that the server gives', async () => {
  const tab = await open();
  const [download] = await Promise.all([tab.waitForEvent('download'), press(tab, 'Save a file')]);
  assert.equal(download.suggestedFilename(), 'my_page.rs');
  await tab.context().close();
});

test('a registered function measures, under the policy, and its result comes back', async () => {
  const tab = await open();
  await press(tab, 'Measure the field');
  const { width, height } = await tab.locator('#field').boundingBox();
  await told(tab, `2 measured, width ${Math.round(width)}, height ${Math.round(height)}`);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('errors put the state back, and each is told to whom it concerns', async () => {
  const tab = await open();
  await press(tab, 'To the top');
  await press(tab, 'Be refused');
  await shows(tab, '#flash', 'The tea has run out. Choose something else.');
  for (const [name, report] of [
    ['Fail', 'handle `fail`: the store is closed'],
    ['Panic', 'the pot broke'],
    ['Unknown event', "handle `nobody`: the page doesn't know this event"],
  ]) {
    await press(tab, name);
    await told(tab, report);
    await done(tab, 1);
  }
  await press(tab, 'Break the rendering');
  await told(tab, 'render: this region has nothing to show');
  await shows(tab, '#fragile', 'whole, mended 1 ×');
  await done(tab, 2);
  await tab.context().close();
});

test('three panics close the connection, and the browser comes back to its state', async () => {
  const tab = await open();
  await press(tab, 'To the top');
  // It may come back within a frame: too soon to be seen.
  await tab.evaluate(() => live.on('status', ({ state }) => (window.states ??= []).push(state)));
  for (let i = 0; i < 3; i++) await press(tab, 'Panic');
  await tab.waitForFunction(() => window.states?.includes('disconnected'));
  await connected(tab);
  await press(tab, 'To the top');
  await done(tab, 2);
  await tab.context().close();
});

test('one tab is told nothing of the errors of another', async () => {
  const [ann, bo] = await Promise.all([open(), open()]);
  await press(ann, 'Fail');
  await told(ann, 'the store is closed');
  await press(bo, 'To the top');
  await done(bo, 1);
  assert.equal(await bo.locator('.told li').count(), 1);
  await Promise.all([ann, bo].map((tab) => tab.context().close()));
});

test('without JavaScript a redirect leads on, and errors leave the page as it was', async () => {
  const tab = await without('/commands');
  await post(tab, 'To the top');
  assert.equal(await tab.locator('#count').textContent(), '1');
  await post(tab, 'Be refused');
  assert.equal(await tab.locator('#flash').textContent(), 'The tea has run out. Choose something else.');
  for (const name of ['Fail', 'Panic', 'Unknown event']) {
    await post(tab, name);
    assert.equal(await tab.locator('#count').textContent(), '1', name);
  }
  await post(tab, 'Break the rendering');
  assert.equal(await tab.locator('#fragile').textContent(), 'whole, mended 1 ×');
  await post(tab, 'To the counter');
  assert.equal(new URL(tab.url()).pathname, '/counter');
  await tab.context().close();
});
