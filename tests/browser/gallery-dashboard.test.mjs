// The dashboard: a clock, charts that move by small patches, and the same numbers for Prometheus.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frames, gallery, post, shows } from './gallery/start.mjs';

const { url, live, without } = await gallery();
const bars = (tab) => tab.locator('#sessions-chart rect').count();
const total = (name) => `.totals div:has(dt:text-is("${name}")) dd`;

test('the clock goes, and each second is a bar', async () => {
  const tab = await live('/dashboard');
  const [clock, before] = [await tab.locator('.clock').textContent(), await bars(tab)];
  assert.match(clock, /^\d\d:\d\d:\d\d$/);
  await tab.waitForFunction((count) => document.querySelectorAll('#sessions-chart rect').length >= count, before + 3);
  assert.notEqual(await tab.locator('.clock').textContent(), clock);
  assert.deepEqual(tab.problems, []);
  await tab.context().close();
});

test('a bar stands on the ground, and its height is its value', async () => {
  const tab = await live('/dashboard');
  const [bar, chart] = await tab.evaluate(() =>
    ['#sessions-chart rect:last-child', '#sessions-chart'].map((selector) => document.querySelector(selector).getBoundingClientRect().toJSON()));
  assert.ok(Math.abs(bar.bottom - chart.bottom) <= 2, `${bar.bottom} of ${chart.bottom}`);
  assert.ok(bar.right <= chart.right + 1 && bar.right > chart.right - chart.width / 20);
  assert.ok(bar.height > 2 && bar.height <= chart.height);
  await tab.context().close();
});

test('what happens in another tab is seen', async () => {
  const [tab, other] = await Promise.all([live('/dashboard'), live('/counter')]);
  const events = Number(await tab.locator(total('Events')).textContent());
  for (let i = 0; i < 5; i++) await other.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(other, '#count', 5);
  await tab.locator(total('Events'), { hasText: String(events + 5) }).waitFor();
  const heights = await tab.locator('#events-chart rect').evaluateAll((all) => all.map((rect) => Number(rect.getAttribute('height'))));
  assert.ok(Math.max(...heights) > 0, `${heights}`);
  await Promise.all([tab, other].map((each) => each.context().close()));
});

test('a second costs less than half a kilobyte', async () => {
  const tab = await live('/dashboard');
  const sizes = await frames(tab);
  const before = await bars(tab);
  await tab.waitForFunction((count) => document.querySelectorAll('#sessions-chart rect').length >= count, before + 4);
  assert.ok(Math.max(...sizes.slice(-2)) < 500, `${sizes}`);
  await tab.context().close();
});

test('a pause stops the charts, and not the clock', async () => {
  const tab = await live('/dashboard');
  await tab.getByRole('button', { name: 'Pause' }).click();
  await tab.getByRole('button', { name: 'Go on' }).waitFor();
  const [before, clock] = [await bars(tab), await tab.locator('.clock').textContent()];
  await tab.waitForFunction((clock) => document.querySelector('.clock').textContent !== clock, clock);
  assert.equal(await bars(tab), before);
  await tab.getByRole('button', { name: 'Sample now' }).click();
  await tab.waitForFunction((count) => document.querySelectorAll('#sessions-chart rect').length == count, before + 1);
  await tab.context().close();
});

test('Prometheus reads the same numbers', async () => {
  const text = await (await fetch(url + '/metrics')).text();
  assert.match(text, /^live_sessions \d+$/m);
  assert.match(text, /^live_events_total \d+$/m);
});

test('without JavaScript each sample is asked for', async () => {
  const tab = await without('/dashboard');
  assert.equal(await bars(tab), 1);
  await post(tab, 'Sample now');
  await post(tab, 'Sample now');
  assert.equal(await bars(tab), 3);
  await post(tab, 'Pause');
  assert.equal(await tab.getByRole('button', { name: 'Go on' }).count(), 1);
  await tab.context().close();
});
