// How the connection lives, ends and comes back, and what becomes of the events meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, live, silent } from './client/tab.mjs';

const BUTTON = '<button data-lv-click="inc">+</button>';
const CLOCK = { clock: true };
const connects = (name, run, options, inner = BUTTON) => test(name, live(inner, run, options));
const rootIs = (tab, state) => becomes(tab, () => document.querySelector('main').className, `lv-${state}`);

connects('silence of one heartbeat brings a PING, silence of two a new connection', async ({ tab, server, connection }) => {
  await tab.clock.runFor(4999);
  await silent(tab, connection);
  await tab.clock.runFor(1);
  assert.deepEqual(await connection.take(3, []), [3]);
  connection.send([2]);
  await becomes(tab, () => window.pongs, 1);
  await tab.clock.runFor(4999);
  await silent(tab, connection);
  await tab.clock.runFor(1);
  assert.deepEqual(await connection.take(3, []), [3]);
  await tab.clock.runFor(5000);
  await connection.closed;
  await rootIs(tab, 'disconnected');
  await tab.clock.runFor(500);
  await server.welcomed();
}, { ...CLOCK, welcome: { heartbeat: 5000 }, after: '<script>addEventListener("DOMContentLoaded", () => live.on("receive", ([kind]) => { if (kind === 2) window.pongs = (window.pongs ?? 0) + 1; }))</script>' });

connects('attempts wait a random time of up to 0.5 s, doubled each time up to 30 s', async ({ tab, server, connection }) => {
  await tab.evaluate(() => (Math.random = () => 0.999));
  let current = connection;
  for (const wait of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    current.terminate();
    await rootIs(tab, 'disconnected');
    await tab.clock.runFor(Math.floor(wait * 0.99));
    assert.equal(server.waiting(), 0);
    await tab.clock.runFor(Math.ceil(wait * 0.01));
    current = await server.connection();
  }
  current.welcome({ flags: 1 });
  await rootIs(tab, 'connected');
  current.terminate();
  await rootIs(tab, 'disconnected');
  await tab.clock.runFor(500);
  await server.welcomed();
}, CLOCK);

for (const [code, reason] of [[1001, ''], [1002, 'protocol'], [1003, 'type'], [1008, 'rate'], [1009, 'size'], [1011, 'internal'], [4002, 'hello']])
  connects(`after ${code} the browser comes back`, async ({ tab, server, connection }) => {
    connection.close(code, reason);
    await rootIs(tab, 'disconnected');
    await tab.clock.runFor(500);
    assert.equal((await server.welcomed()).hello[2], 2);
  }, CLOCK);

for (const [code, reason] of [[1000, 'ended'], [4000, 'replaced']])
  connects(`after ${code} the browser stays away, until the page asks for a connection`, async ({ tab, server, connection }) => {
    connection.close(code, reason);
    await rootIs(tab, 'ended');
    await tab.clock.runFor(120_000);
    await tab.evaluate(() => dispatchEvent(new Event('online')));
    assert.equal(server.waiting(), 0);
    assert.equal(await tab.locator('.lv-notice').isVisible(), true);
    await tab.evaluate(() => live.connect());
    await server.welcomed();
    await rootIs(tab, 'connected');
    await tab.clock.runFor(500);
    assert.equal(await tab.locator('.lv-notice').isVisible(), false);
  }, CLOCK);

connects('a page whose connection has ended works as one without scripts', async ({ tab, connection }) => {
  connection.close(1000);
  await rootIs(tab, 'ended');
  await tab.click('button');
  await tab.waitForURL(/posted/);
}, {}, '<form action="/posted" data-lv-submit="save"><button>go</button></form>');

connects('after 1012 the browser comes back within the time that AWAY gave', async ({ tab, server, connection }) => {
  await tab.evaluate(() => (Math.random = () => 0.5));
  connection.send([5, 20_000]);
  connection.close(1012, 'restart');
  await rootIs(tab, 'disconnected');
  await tab.clock.runFor(9_999);
  assert.equal(server.waiting(), 0);
  await tab.clock.runFor(1);
  await server.welcomed();
}, CLOCK);

connects('after 1013 the browser comes back after the time that the reason gives', async ({ tab, server, connection }) => {
  connection.close(1013, '7000');
  await rootIs(tab, 'disconnected');
  await tab.clock.runFor(6_999);
  assert.equal(server.waiting(), 0);
  await tab.clock.runFor(1);
  await server.welcomed();
}, CLOCK);

connects('4001 loads the page again, but not for ever where its first token is refused', async ({ tab, server, connection }) => {
  connection.close(4001, 'token');
  const next = await server.connection();
  assert.equal(server.loads, 2);
  assert.equal(next.hello[1], 'token-2');
  next.close(4001, 'token');
  const last = await server.connection();
  assert.equal(last.hello[1], 'token-3', 'another tab may have given the browser another cookie');
  last.close(4001, 'token');
  await rootIs(tab, 'ended');
  assert.equal(server.loads, 3);
});

connects('the notice shows half a second after the connection broke, and goes when it is back', async ({ tab, server, connection }) => {
  const notice = tab.getByRole('status');
  await tab.evaluate(() => (Math.random = () => 0.999));
  connection.terminate();
  await rootIs(tab, 'disconnected');
  await tab.clock.runFor(498);
  assert.equal(await notice.isVisible(), false);
  await tab.clock.runFor(3);
  assert.match(await notice.textContent(), /Reconnecting/);
  assert.equal(await notice.isVisible(), true);
  await tab.clock.runFor(500);
  await server.welcomed();
  await rootIs(tab, 'connected');
  await tab.clock.runFor(500);
  assert.equal(await notice.isVisible(), false);
}, CLOCK);

connects('a network that is back brings the connection back at once', async ({ tab, server, connection }) => {
  connection.terminate();
  await rootIs(tab, 'disconnected');
  await tab.evaluate(() => dispatchEvent(new Event('online')));
  await server.welcomed();
  await rootIs(tab, 'connected');
  await tab.evaluate(() => dispatchEvent(new Event('online')));
  assert.equal(server.waiting(), 0);
}, CLOCK);

connects('a page that is left closes its connection, and opens it again when it comes back', async ({ tab, server, connection }) => {
  await tab.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await connection.closed;
  await rootIs(tab, 'disconnected');
  assert.equal((await server.welcomed()).hello[2], 2);
});

connects('live.disconnect stays away, live.connect comes back', async ({ tab, server, connection }) => {
  await tab.evaluate(() => live.disconnect());
  await connection.closed;
  await tab.clock.runFor(60_000);
  assert.equal(server.waiting(), 0);
  await tab.evaluate(() => live.connect());
  await server.welcomed();
}, CLOCK);

test('a script that disconnects before the first connection stays away until it connects', live('', async ({ tab, server }) => {
  await tab.addInitScript(() => {
    navigator.locks.request = (name, options, got) => new Promise((done) => (window.unlock = () => done(got())));
    addEventListener('DOMContentLoaded', () => live.disconnect());
  });
  await tab.reload();
  await becomes(tab, () => typeof window.unlock, 'function');
  await tab.evaluate(() => unlock());
  await rootIs(tab, 'ended');
  assert.equal(server.waiting(), 0);
  await tab.evaluate(() => live.connect());
  await server.welcomed({ flags: 1 });
  await rootIs(tab, 'connected');
}, { alone: true }));

connects('events unacknowledged or made while away are sent when the session is resumed, each once', async ({ tab, server, connection }) => {
  for (let i = 0; i < 3; i++) await tab.click('button');
  await connection.event();
  connection.terminate();
  await rootIs(tab, 'disconnected');
  await tab.click('button');
  const next = await server.connection();
  next.welcome({ applied: 2, flags: 1 });
  assert.deepEqual([(await next.event()).id, (await next.event()).id], [3, 4]);
  next.update({ applied: 4 });
  await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
  await tab.click('button');
  assert.equal((await next.event()).id, 5);
});

connects('events for a state that is gone are given up, and the user is told', async ({ tab, server, connection }) => {
  await tab.evaluate(() => live.on('status', ({ lost }) => (window.lost = lost)));
  await tab.click('button');
  connection.update({ applied: (await connection.event()).id });
  await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
  await tab.click('button');
  await tab.click('button');
  connection.terminate();
  await rootIs(tab, 'disconnected');
  await tab.clock.runFor(500);
  const next = await server.connection();
  assert.equal(next.hello[6], 1, 'what is known to be applied');
  next.welcome({ applied: 0, flags: 2 });
  await becomes(tab, () => window.lost, 2);
  assert.equal(await tab.locator('.lv-loading').count(), 0);
  await tab.click('button');
  assert.equal((await next.event()).id, 1);
  next.update({ applied: 1 });
  await tab.clock.runFor(500);
  assert.match(await tab.getByRole('status').textContent(), /^lost: 2$/);
  await tab.clock.runFor(9500);
  assert.equal(await tab.locator('.lv-notice').textContent(), '');
}, CLOCK);

connects('what was done to a state that nothing has changed is done to the next', async ({ tab, server, connection }) => {
  await tab.click('button');
  await connection.event();
  connection.terminate();
  const next = await server.welcomed({ applied: 0, flags: 0 });
  assert.equal((await next.event()).id, 1);
  await silent(tab, next);
});

connects('a token that is refused while the browser leaves the page has it go where it wants', async ({ tab, server, connection }) => {
  let go;
  const gone = new Promise((done) => (go = done));
  await tab.route('**/elsewhere', async (route) => {
    await gone;
    await route.fulfill({ contentType: 'text/html', body: 'elsewhere' });
  });
  const asked = tab.waitForRequest('**/elsewhere');
  await tab.evaluate(() => void setTimeout(() => location.assign('/elsewhere')));
  await asked;
  connection.close(4001, 'token');
  await connection.closed;
  go();
  await tab.locator('text=elsewhere').waitFor();
  assert.equal(server.loads, 1);
}, { alone: true });

connects('what the server could not read is not sent again', async ({ tab, server, connection }) => {
  await tab.click('button');
  await connection.event();
  connection.close(1009, 'size');
  const next = await server.welcomed({ flags: 1 });
  await rootIs(tab, 'connected');
  await silent(tab, next);
});

connects('no more than 64 events wait', async ({ tab, connection }) => {
  const taken = await tab.evaluate(() => Array.from({ length: 65 }, (_, i) => live.push('e' + i)));
  assert.deepEqual([taken.indexOf(false), taken.length], [64, 65]);
  for (let i = 1; i <= 64; i++) assert.equal((await connection.event()).id, i);
  connection.update({ applied: 64 });
  await becomes(tab, () => live.push('after'), true);
  assert.equal((await connection.event()).id, 65);
});

test('events made before the first WELCOME belong to the state that the page shows', live('', async ({ tab, connection }) => {
  const event = await connection.event();
  assert.deepEqual([event.id, event.name], [6, 'early']);
  await silent(tab, connection);
}, { welcome: { applied: 5 }, after: '<script>addEventListener("DOMContentLoaded", () => live.push("early"))</script>' }));

test('a page without a root has window.live and no connection', live('', async ({ tab, server }) => {
  await tab.route('**/plain', (route) => route.fulfill({ contentType: 'text/html', body: '<script src="/_live/runtime.js" defer></script>' }));
  await tab.goto(server.url + '/plain');
  assert.equal(await tab.evaluate(() => (live.connect(), live.disconnect(), typeof live.register)), 'function');
  assert.equal(server.waiting(), 0);
  assert.equal(await tab.locator('.lv-notice').count(), 0);
}, { alone: true }));
