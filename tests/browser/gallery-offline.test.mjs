// Nothing lost, nothing twice, as a person sees it: without a network, with a server that is killed, over a reload, in a duplicated tab.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { connected, shows, start } from './gallery/start.mjs';

let folder;
let browser;
let stores = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gallery-offline-'));
  browser = await launch({ whole: true });
});
after(() => Promise.all([rm(folder, { recursive: true }), browser.close()]));

/** A server over a store of its own, and how to start its successor at the same address. */
async function stored() {
  const store = join(folder, `${stores++}.redb`);
  // A write that a full disk refuses is an error, and doesn't end the process.
  const first = await start(['--addr', '127.0.0.1:0', '--store', store], {}, 'XFSZ');
  const next = () => start(['--addr', new URL(first.url).host, '--store', store]);
  return { ...first, next };
}

const inc = (tab) => tab.locator('[data-lv-click=inc]').first();
const away = (tab) => tab.locator('[data-lv].lv-disconnected').waitFor();
const told = (tab, text) => shows(tab, '.lv-notice', text);

async function clicks(tab, count) {
  for (let i = 0; i < count; i++) await inc(tab).click();
}

test('five clicks without a network are five more when it is back', async () => {
  const server = await stored();
  const tab = await connected(await open(browser, `${server.url}/counter`));
  await clicks(tab, 1);
  await shows(tab, '#count', 1);
  await tab.context().setOffline(true);
  await away(tab);
  await clicks(tab, 5);
  await told(tab, 'Reconnecting… Changes that wait: 5');
  await shows(tab, '#count', 1);
  await tab.context().setOffline(false);
  await shows(tab, '#count', 6);
  await told(tab, '');
  await clicks(tab, 1);
  await shows(tab, '#count', 7);
  await Promise.all([tab.context().close(), server.stop()]);
});

test('so they are where the server was killed and started again meanwhile', async () => {
  const server = await stored();
  const tab = await connected(await open(browser, `${server.url}/counter`));
  await clicks(tab, 2);
  await shows(tab, '#count', 2);
  await tab.context().setOffline(true);
  await away(tab);
  await clicks(tab, 5);
  await server.stop('SIGKILL');
  const next = await server.next();
  await tab.context().setOffline(false);
  await shows(tab, '#count', 7);
  await clicks(tab, 1);
  await shows(tab, '#count', 8);
  await Promise.all([tab.context().close(), next.stop()]);
});

test('clicks that a reload interrupts count once', async () => {
  const server = await stored();
  const tab = await connected(await open(browser, `${server.url}/counter`));
  await clicks(tab, 3);
  await shows(tab, '#count', 3);
  await server.stop('SIGKILL');
  await away(tab);
  await clicks(tab, 4);
  const next = await server.next();
  await tab.reload();
  await connected(tab);
  await shows(tab, '#count', 7);
  await Promise.all([tab.context().close(), next.stop()]);
});

test('a person who types into /todos while the server is killed goes on where the caret is', async () => {
  const server = await stored();
  const tab = await connected(await open(browser, `${server.url}/todos`));
  const field = tab.locator('form[data-lv-submit=add] input[type=text], form[data-lv-submit=add] input:not([type])').first();
  await field.fill('Water the plants');
  await field.press('Enter');
  const rows = tab.locator('#todos li, [data-lv-region=list] li');
  await rows.first().waitFor();
  await field.pressSequentially('Feed the c');
  let loads = 0;
  tab.on('load', () => loads++);
  await server.stop('SIGKILL');
  await away(tab);
  await field.pressSequentially('ats');
  await field.press('ArrowLeft');
  const before = await look(field);
  const next = await server.next();
  await connected(tab);
  assert.deepEqual(await look(field), before);
  assert.deepEqual(before, { text: 'Feed the cats', focused: true, caret: 12 });
  assert.equal(await rows.count(), 1);
  await field.press('Backspace');
  await field.pressSequentially('r');
  await field.press('Enter');
  await tab.waitForFunction(() => document.body.textContent.includes('Feed the cars'));
  assert.equal(await rows.count(), 2);
  assert.equal(loads, 0);
  await Promise.all([tab.context().close(), next.stop()]);
});

/** What the field holds, and where the person is. */
const look = (field) =>
  field.evaluate((field) => ({ text: field.value, focused: document.activeElement === field, caret: field.selectionStart }));

test('where the disk is full the page says so, and all is saved once it is not', async () => {
  const server = await stored();
  const tab = await connected(await open(browser, `${server.url}/counter`));
  await clicks(tab, 1);
  await shows(tab, '#count', 1);
  const limit = (bytes) => execFileSync('prlimit', ['--pid', server.pid, `--fsize=${bytes}:unlimited`]);
  limit(4096);
  await clicks(tab, 3);
  await told(tab, 'Saving…');
  await shows(tab, '#count', 1);
  limit('unlimited');
  await shows(tab, '#count', 4);
  await told(tab, '');
  await server.stop('SIGKILL');
  const next = await server.next();
  await connected(tab);
  await clicks(tab, 1);
  await shows(tab, '#count', 5);
  await Promise.all([tab.context().close(), next.stop()]);
});

test('a duplicated tab counts by itself', async () => {
  const server = await stored();
  const tab = await connected(await open(browser, `${server.url}/counter`));
  await clicks(tab, 2);
  await shows(tab, '#count', 2);
  const [copy] = await Promise.all([tab.waitForEvent('popup'), tab.evaluate(() => void window.open(location.href))]);
  await connected(copy);
  await shows(copy, '#count', 0);
  await clicks(copy, 1);
  await shows(copy, '#count', 1);
  await clicks(tab, 1);
  await shows(tab, '#count', 3);
  await Promise.all([tab.context().close(), server.stop()]);
});
