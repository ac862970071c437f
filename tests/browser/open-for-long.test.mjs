// A tab that stays open: its session and its token outlive the times that are theirs without a connection. What takes hours takes seconds here.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { on, start } from './gallery/start.mjs';

on('browser-pages');

let folder, server, browser;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-for-long-'));
  [server, browser] = await Promise.all([start(['--brief', join(folder, 'sessions.redb')]), launch()]);
});
after(async () => {
  await browser?.close();
  server?.stop();
  await rm(folder, { recursive: true });
});

const acts = (tab, count) => tab.locator('output', { hasText: new RegExp(`^${count}$`) }).waitFor();
const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));

test('after four times the time of a session, and of its token, a click goes on', async () => {
  const tab = await open(browser, `${server.url}/dialog`);
  let loads = 0;
  tab.on('load', () => loads++);
  await tab.locator('[data-lv].lv-connected').waitFor();
  await tab.getByRole('button', { name: 'Toggle' }).click();
  await acts(tab, 1);
  // Records live for 2 s without a sign of life, tokens for 3 s.
  await seconds(9);
  await tab.getByRole('button', { name: 'Toggle' }).click();
  await acts(tab, 2);
  await tab.context().setOffline(true);
  await tab.locator('[data-lv].lv-disconnected').waitFor();
  await tab.context().setOffline(false);
  await tab.locator('[data-lv].lv-connected').waitFor();
  await tab.getByRole('button', { name: 'Toggle' }).click();
  await acts(tab, 3);
  assert.equal(loads, 0, 'the page was loaded again');
  await tab.context().close();
});
