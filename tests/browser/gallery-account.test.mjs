// The account: logging in and out, in one tab, in two, and in two browsers.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { OUT, connected, gallery, post, shows } from './gallery/start.mjs';
import { faint } from './gallery/contrast.mjs';

const { url, visit, without } = await gallery();

async function fill(tab, name, password) {
  await tab.getByLabel('Name').fill(name);
  await tab.getByLabel('Password').fill(password);
}

/** A browser in which somebody is logged in. */
async function loggedIn(name, password, options) {
  const tab = await visit('/account', options);
  await fill(tab, name, password);
  await tab.getByRole('button', { name: 'Log in' }).click();
  await tab.locator('#user').waitFor();
  return connected(tab);
}

const leave = (tab, name = 'Log out') => tab.getByRole('button', { name, exact: true }).click();
const isOut = (tab) => tab.locator('form.login').waitFor();

test('without a login, the account leads to the form', async () => {
  const answer = await fetch(url + '/account', { redirect: 'manual' });
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/login']);
});

test('a wrong password is told of, and the name stays', async () => {
  const tab = await visit('/login');
  await fill(tab, 'ann', 'pebble');
  await tab.getByRole('button', { name: 'Log in' }).click();
  await shows(tab, '#wrong', 'The name or the password is wrong.');
  assert.equal(await tab.getByLabel('Name').inputValue(), 'ann');
  assert.equal(await tab.getByLabel('Password').inputValue(), '');
  await tab.context().close();
});

test('somebody logs in, is shown, and logs out', async () => {
  const tab = await loggedIn('ann', 'willow');
  assert.equal(await tab.locator('#user').textContent(), 'ann');
  assert.match(await tab.locator('#since').textContent(), /^\d\d:\d\d:\d\d$/);
  const [cookie] = (await tab.context().cookies()).filter(({ name }) => name === 'gallery-login');
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Lax']);
  assert.deepEqual(tab.problems, []);
  await leave(tab);
  await isOut(tab);
  await tab.goto(url + '/account');
  await isOut(tab);
  await tab.context().close();
});

test('a log-out ends the other tabs of the browser, too', async () => {
  const tab = await loggedIn('ann', 'willow');
  const second = await tab.context().newPage();
  await second.goto(url + '/account');
  await connected(second);
  await leave(tab);
  await Promise.all([tab, second].map(isOut));
  await tab.context().close();
});

test('another browser is counted, stays when this one logs out, and goes when it does so everywhere', async () => {
  const here = await loggedIn('bo', 'pebble');
  await shows(here, '#browsers', 'In this browser alone.');
  const there = await loggedIn('bo', 'pebble');
  await shows(here, '#browsers', 'In 2 browsers.');
  await leave(here);
  await isOut(here);
  await shows(there, '#browsers', 'In this browser alone.');

  const again = await loggedIn('bo', 'pebble');
  await shows(there, '#browsers', 'In 2 browsers.');
  await leave(again, 'Log out everywhere');
  await Promise.all([again, there].map(isOut));
  await Promise.all([here, there, again].map((tab) => tab.context().close()));
});

test('a log-in makes the browser a new one for its other pages, which load again by themselves', async () => {
  const counter = await connected(await visit('/counter'));
  await counter.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(counter, '#count', 1);
  const tab = await counter.context().newPage();
  await tab.goto(url + '/login');
  await fill(tab, 'ann', 'willow');
  await Promise.all([counter.waitForEvent('load'), tab.getByRole('button', { name: 'Log in' }).click()]);
  await connected(counter);
  await counter.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(counter, '#count', 1);
  await counter.context().close();
});

test('another site can neither log in nor out', async () => {
  for (const path of ['/login', '/logout']) {
    const headers = { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(url + path, { method: 'POST', headers, body: 'name=ann&password=willow', redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('set-cookie')], [403, null], path);
  }
});

test('without JavaScript one logs in and out just so', async () => {
  const tab = await without('/account');
  await fill(tab, 'ann', 'willow');
  await post(tab, 'Log in');
  assert.equal(await tab.locator('#user').textContent(), 'ann');
  await post(tab, 'Log out');
  assert.equal(await tab.locator('form.login').count(), 1);
  await tab.context().close();
});

for (const [mode, colorScheme, width, height] of [['light', 'light', 1200, 800], ['dark', 'dark', 1200, 800], ['phone', 'light', 360, 740]]) {
  test(`form and account, ${mode}: no violation, nothing too wide or too faint`, async () => {
    const options = { colorScheme, viewport: { width, height } };
    const form = await visit('/login', options);
    const account = await loggedIn('ann', 'willow', options);
    mkdirSync(OUT, { recursive: true });
    for (const [name, tab] of Object.entries({ login: form, account })) {
      assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width, name);
      assert.deepEqual(await tab.evaluate(faint), [], name);
      assert.deepEqual(tab.problems, [], name);
      await tab.screenshot({ path: `${OUT}gallery-${name}-${mode}.png` });
      await tab.context().close();
    }
  });
}
