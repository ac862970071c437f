// Errors over the page, in development mode.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { connected, gallery, OUT, shows, start } from './gallery/start.mjs';
import { open } from './lib/chromium.mjs';

const { browser, live } = await gallery(['--addr', '127.0.0.1:0', '--dev']);
mkdirSync(OUT, { recursive: true });

const press = (tab, name) => tab.getByRole('button', { name, exact: true }).click();
const overlay = (tab) => tab.locator('live-errors');
const headings = (tab) => tab.locator('live-errors h3').allTextContents();
const gone = (tab) => overlay(tab).waitFor({ state: 'detached' });

async function failed(options) {
  const tab = await live('/commands', options);
  await press(tab, 'Fail');
  await tab.locator('live-errors li').waitFor();
  return tab;
}

test('errors, panics and failed renders are shown, the newest first, and go on reload', async () => {
  const tab = await failed();
  assert.equal(await tab.locator('live-errors pre').textContent(), 'the store is closed');
  for (const name of ['Panic', 'Break the rendering']) {
    await press(tab, name);
    await tab.locator('live-errors h2', { hasText: name === 'Panic' ? '2 errors' : '3 errors' }).waitFor();
  }
  const events = ['render', 'handle `panic`', 'handle `fail`'];
  assert.deepEqual(await headings(tab), events.map((call) => `${call} failed on /commands`));
  await press(tab, 'Fail');
  await tab.locator('live-errors li:first-child span', { hasText: '× 2' }).waitFor();
  assert.equal((await headings(tab)).length, 3);
  await tab.reload();
  await connected(tab);
  await gone(tab);
  await tab.context().close();
});

test('it leaves the page alone: the policy, the morph and what is refused', async () => {
  const tab = await failed();
  await press(tab, 'To the top');
  await shows(tab, '#count', 1);
  await press(tab, 'Be refused');
  await shows(tab, '#flash', 'The tea has run out. Choose something else.');
  await press(tab, 'Unknown event');
  await tab.locator('.told li', { hasText: 'nobody' }).waitFor();
  assert.deepEqual(await headings(tab), ['handle `fail` failed on /commands']);
  assert.deepEqual(tab.problems.filter((problem) => !/^live: handle `fail`/.test(problem)), []);
  await tab.context().close();
});

test('Esc and its button close it, and the focus stays with the user', async () => {
  const tab = await live('/commands');
  const field = tab.locator('#field');
  const focused = () => tab.evaluate(() => document.activeElement.id);
  for (const close of [() => tab.keyboard.press('Escape'), () => press(tab, 'Close (Esc)')]) {
    await field.fill('');
    await field.pressSequentially('ab');
    await tab.evaluate(() => window.live.push('fail'));
    await overlay(tab).waitFor();
    assert.equal(await focused(), 'field');
    await tab.keyboard.type('c');
    assert.equal(await field.inputValue(), 'abc');
    await close();
    await gone(tab);
    assert.equal(await focused(), 'field');
  }
  await tab.evaluate(() => window.live.push('fail'));
  await overlay(tab).waitFor();
  assert.equal(await tab.locator('live-errors').getByRole('alert').count(), 1);
  assert.deepEqual(await headings(tab), ['handle `fail` failed on /commands']);
  await tab.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const [width, name] of [[1200, 'wide'], [360, 'phone']])
    test(`it is readable: ${colorScheme}, ${name}`, async () => {
      const tab = await failed({ colorScheme, viewport: { width, height: 740 } });
      const { low, over } = await tab.evaluate(measured);
      assert.ok(low >= 4.5, `a contrast of ${low}`);
      assert.deepEqual(over, [], 'wider than the window');
      await tab.screenshot({ path: `${OUT}overlay-${colorScheme}-${name}.png` });
      await tab.context().close();
    });

test('a production server shows nothing', async () => {
  const server = await start();
  const tab = await open(browser, `${server.url}/commands`);
  await connected(tab);
  await press(tab, 'Fail');
  await tab.locator('.told li', { hasText: 'the store is closed' }).waitFor();
  assert.equal(await overlay(tab).count(), 0);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
  await server.stop();
});

/** In the page: the lowest contrast of a text with the panel, and what is wider than the window. */
function measured() {
  const panel = document.querySelector('live-errors').shadowRoot.querySelector('section');
  const texts = [...panel.querySelectorAll('h2, h3, pre, button')];
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = luminance(getComputedStyle(panel).backgroundColor);
  const contrasts = texts.map((text) => {
    const [low, high] = [luminance(getComputedStyle(text).color), back].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
  const over = [panel, ...texts].filter((each) => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > each.clientWidth + 1);
  return { low: Math.min(...contrasts), over: over.map((each) => each.localName) };
}
