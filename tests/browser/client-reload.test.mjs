// What a tab keeps of its session over a reload, and what a duplicated tab does with its copy of that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, live } from './client/tab.mjs';

const FORM =
  '<button id="inc" data-lv-click="inc">+</button>' +
  '<form data-lv-submit="other"><input name="text"></form>' +
  '<form data-lv-submit="say" data-lv-loading-disable><input name="text"><input type="hidden" name="_csrf" value="mine">' +
  '<input type="checkbox" name="loud"><select name="to"><option>a<option>b</select><button>Say</button></form>';
const reloads = (name, run, options) => test(name, live(FORM, run, options));
const rootIs = (tab, state) => becomes(tab, () => document.querySelector('main').className, `lv-${state}`);

/** One click, acknowledged. */
async function click(tab, connection) {
  await tab.click('#inc');
  const { id } = await connection.event();
  connection.update({ applied: id });
  await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
}

/** The page goes on with its own token, and tells that one event was lost. */
async function anew({ tab, server }) {
  const next = await server.connection();
  assert.deepEqual([next.hello[1], next.hello[3], next.hello[6]], ['token-2', 0, 0]);
  next.welcome();
  await becomes(tab, () => document.querySelector('.lv-notice').textContent, 'lost: 1');
  assert.equal(server.loads, 2);
  await click(tab, next);
}

/** Fills the second form and submits it; the answer is left to the test. */
async function say(tab) {
  await tab.locator('form:nth-of-type(2) [name=text]').fill('hello');
  await tab.locator('[name=loud]').check();
  await tab.locator('select').selectOption('b');
  await tab.getByText('Say').click();
}

reloads('a reload goes on with the session and with what waits', async ({ tab, server, connection }) => {
  await click(tab, connection);
  connection.update({ applied: 1, commands: [[7, 1, '#inc']] });
  await becomes(tab, () => document.activeElement.id, 'inc');
  await tab.click('#inc');
  assert.equal((await connection.event()).id, 2);
  await tab.reload();
  const next = await server.connection();
  const [, token, attempt, command, , , applied] = next.hello;
  assert.deepEqual([token, attempt, command, applied], ['renewed', 2, 7, 1]);
  next.welcome({ applied: 1, flags: 1, token: 'again' });
  assert.equal((await next.event()).id, 2);
  next.update({ applied: 2, commands: [[7, 1, '#nothing']] });
  await click(tab, next);
  await tab.reload();
  const last = await server.connection();
  assert.deepEqual([last.hello[1], last.hello[2], last.hello[6]], ['again', 3, 3]);
});

reloads('a link to the page begins anew, unless events wait', async ({ tab, server, connection }) => {
  await click(tab, connection);
  await tab.goto(server.url);
  const next = await server.welcomed();
  assert.deepEqual([next.hello[1], next.hello[6]], ['token-2', 0]);
  await rootIs(tab, 'connected');
  await tab.click('#inc');
  await next.event();
  await tab.goto(server.url);
  assert.equal((await server.connection()).hello[1], 'renewed');
});

reloads('another path or query has a session of its own', async ({ tab, server, connection }) => {
  await click(tab, connection);
  await tab.click('#inc');
  await connection.event();
  for (const [path, token] of [['/?q', 'token-2'], ['/other', 'token-3'], ['/', 'renewed']]) {
    await tab.goto(server.url + path);
    const next = await server.welcomed({ flags: Number(path === '/'), applied: Number(path === '/') });
    assert.equal(next.hello[1], token);
    await rootIs(tab, 'connected');
  }
});

reloads('where the token of before is refused the page has its own, and tells what was lost', async ({ tab, server, connection }) => {
  await click(tab, connection);
  await tab.click('#inc');
  await connection.event();
  await tab.reload();
  const stale = await server.connection();
  assert.equal(stale.hello[1], 'renewed');
  stale.close(4001, 'token');
  await anew({ tab, server });
});

reloads('where the server refuses the token of an open page, that is loaded again, and tells what was lost', async ({ tab, server, connection }) => {
  await click(tab, connection);
  await tab.click('#inc');
  await connection.event();
  // The next attempt would come at once.
  await tab.evaluate(() => (Math.random = () => 0));
  connection.close(4001, 'token');
  await anew({ tab, server });
});

reloads('what was submitted to a state that is gone is in the form again', async ({ tab, server, connection }) => {
  await click(tab, connection);
  await say(tab);
  await connection.event();
  await tab.reload();
  await server.welcomed({ flags: 0 });
  await becomes(tab, () => document.querySelector('.lv-notice').textContent, 'lost: 1');
  const fields = await tab.evaluate(() => {
    const [other, form] = document.forms;
    return [other.text.value, form.text.value, form.loud.checked, form.to.value, form._csrf.value];
  });
  assert.deepEqual(fields, ['', 'hello', true, 'b', 'mine']);
}, { after: '<script>document.querySelectorAll("form").forEach((form) => (form.autocomplete = "off"))</script>' });

reloads('a submit locks its form over a reload and a lost connection, until it is acknowledged', async ({ tab, server, connection }) => {
  const disabled = () => document.forms[1].querySelector('button').disabled;
  await say(tab);
  await connection.event();
  await becomes(tab, disabled, true);
  connection.terminate();
  const second = await server.welcomed({ flags: 1 });
  assert.equal((await second.event()).name, 'say');
  assert.equal(await tab.evaluate(disabled), true);
  await tab.reload();
  const third = await server.welcomed({ flags: 1 });
  const { id, name, form } = await third.event();
  assert.deepEqual([id, name, form[1]], [1, 'say', 'hello']);
  await becomes(tab, disabled, true);
  await tab.evaluate(() => document.forms[1].requestSubmit());
  third.update({ applied: 1 });
  await becomes(tab, disabled, false);
  await tab.click('#inc');
  assert.equal((await third.event()).name, 'inc', 'the second submit was swallowed');
});

reloads('a duplicated tab begins a session of its own, and the first one keeps its events', async ({ tab, server, connection }) => {
  await click(tab, connection);
  await tab.click('#inc');
  await connection.event();
  const [copy] = await Promise.all([tab.waitForEvent('popup'), tab.evaluate(() => void window.open(location.href))]);
  assert.equal(await copy.evaluate(() => Object.keys(sessionStorage).length), 1, 'the browser copied it');
  const next = await server.welcomed();
  assert.deepEqual([next.hello[1], next.hello[6]], ['token-2', 0]);
  await rootIs(copy, 'connected');
  await copy.click('#inc');
  assert.equal((await next.event()).id, 1);
  connection.update({ applied: 2 });
  await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
  await copy.reload();
  assert.equal((await server.connection()).hello[1], 'renewed', 'its own');
}, { alone: true });

reloads('a page that is left lets go of its lock, and takes it again on the way back', async ({ tab }) => {
  const held = async () => (await navigator.locks.query()).held.length;
  const leave = (name) => tab.evaluate((name) => void dispatchEvent(new PageTransitionEvent(name, { persisted: true })), name);
  await becomes(tab, held, 1);
  await leave('pagehide');
  await becomes(tab, held, 0);
  await leave('pageshow');
  await becomes(tab, held, 1);
});

for (const [what, script] of [
  ['without storage', "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('blocked'); } })"],
  ['without locks', "Object.defineProperty(navigator, 'locks', { value: undefined })"],
]) {
  reloads(`${what} a reload begins anew`, async ({ tab, server, connection }) => {
    await tab.addInitScript(script);
    await click(tab, connection);
    for (const token of ['token-2', 'token-3']) {
      await tab.reload();
      const next = await server.welcomed();
      assert.equal(next.hello[1], token);
      await rootIs(tab, 'connected');
      await click(tab, next);
    }
  }, { alone: true });
}

const CLOCK = { clock: true };

reloads('an event that waits for long although there is a connection is being saved', async ({ tab, connection }) => {
  const notice = tab.locator('.lv-notice');
  await tab.click('#inc');
  await connection.event();
  await tab.clock.runFor(999);
  assert.equal(await notice.textContent(), '');
  await tab.clock.runFor(1);
  assert.equal(await notice.textContent(), 'Saving…');
  connection.update({ applied: 1 });
  await becomes(tab, () => document.querySelector('.lv-notice').textContent, '');
}, CLOCK);

reloads('while there is no connection the notice tells how many events wait', async ({ tab, server, connection }) => {
  const notice = tab.locator('.lv-notice');
  await tab.evaluate(() => (Math.random = () => 0.999));
  connection.terminate();
  await rootIs(tab, 'disconnected');
  await tab.click('#inc');
  await tab.click('#inc');
  await tab.clock.runFor(498);
  assert.equal(await notice.textContent(), '');
  await tab.clock.runFor(1);
  await tab.clock.runFor(1);
  const next = await server.connection();
  next.terminate();
  await rootIs(tab, 'disconnected');
  assert.equal(await notice.textContent(), 'Reconnecting… waiting: 2');
  await tab.click('#inc');
  await tab.clock.runFor(1000);
  const last = await server.welcomed({ flags: 1 });
  for (const id of [1, 2, 3]) assert.equal((await last.event()).id, id);
  last.update({ applied: 3 });
  await becomes(tab, () => document.querySelector('.lv-notice').textContent, '');
}, CLOCK);
