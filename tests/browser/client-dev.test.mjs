// What development mode adds: the JSON debug mode, latency, the log, notices and warnings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, live, silent } from './client/tab.mjs';

const dev = (name, inner, run, options) =>
  test(name, live(inner, async (all) => {
    const messages = [];
    all.tab.on('console', (message) => messages.push(`${message.type()} ${message.text()}`));
    await run({ ...all, messages, said: (pattern) => until(() => messages.some((message) => pattern.test(message))) });
  }, { withDev: true, ...options }));

/** Resolves once `holds`, which the browser's next message may bring about. */
async function until(holds) {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `${holds} never held`);
    await new Promise((next) => setImmediate(next));
  }
}

dev('JSON mode says the same in JSON, both ways', '<i data-lv-region="a"></i><button data-lv-click="inc" data-lv-value-x="ä">+</button>', async ({ tab, server, connection }) => {
  assert.equal(connection.protocol, 'mizu-live-v2');
  await tab.evaluate(() => live.json(true));
  const next = await server.connection();
  assert.equal(next.protocol, 'mizu-live-v2.json');
  assert.match(next.hello[4].bin, /^[A-Za-z0-9+/]+=*$/);
  next.welcome({ flags: 1 });
  next.whole(0, ['a', 'via JSON']);
  await becomes(tab, () => document.querySelector('i').textContent, 'via JSON');
  await tab.evaluate(() => live.register('f', (args) => (document.title = JSON.stringify(args))));
  next.update({ commands: [[1, 4, 'f', '{"a":[-1.5,true,null],"b":{"c":"ä"}}']] });
  await becomes(tab, () => document.title, '{"a":[-1.5,true,null],"b":{"c":"ä"}}');
  await next.take(2);
  await tab.click('button');
  assert.deepEqual((await next.event()).values, ['x', 'ä']);
  await tab.reload();
  let last;
  do last = await server.connection();
  while (last.protocol !== 'mizu-live-v2.json');
});

dev('latency delays both directions, keeps the order and lasts over a reload', '<button data-lv-click="inc">+</button>', async ({ tab, server }) => {
  await tab.evaluate(() => live.latency(100));
  const next = await server.welcomed({ flags: 1 });
  await becomes(tab, () => document.querySelector('main').className, 'lv-connected');
  const started = Date.now();
  await tab.evaluate(() => ['a', 'b', 'c'].forEach((name) => live.push(name)));
  for (const name of ['a', 'b', 'c']) assert.equal((await next.event()).name, name);
  next.update({ applied: 3, title: 'back' });
  await becomes(tab, () => document.title, 'back');
  assert.ok(Date.now() - started >= 190, 'a round trip takes twice the latency');
  assert.equal(await tab.evaluate(() => sessionStorage.getItem('live-latency')), '100');
});

dev('notices reach the console at their level', '', async ({ connection, said }) => {
  connection.send([4, 1, 'region "a" is irregular']);
  connection.send([4, 2, 'render failed']);
  await said(/^warning live: region "a" is irregular/);
  await said(/^error live: render failed/);
}, { expected: /render failed/ });

dev('long errors are shown without the colours of a terminal, twenty at most', '', async ({ tab, connection }) => {
  for (let i = 1; i <= 25; i++) connection.send([4, 2, `broken ${i}`]);
  connection.send([4, 2, '\x1b[1m\x1b[38;5;9merror[E0308]\x1b[0m: mismatched types\n  --> \x1b]8;;file:///a\x1b\\src/a.rs\x1b]8;;\x1b\\\n   <b>']);
  const errors = tab.locator('live-errors');
  await errors.locator('h3', { hasText: 'mismatched' }).waitFor();
  assert.equal(await errors.locator('h3').first().textContent(), 'error[E0308]: mismatched types');
  assert.equal(await errors.locator('pre').textContent(), '  --> src/a.rs\n   <b>');
  assert.equal(await errors.locator('li').count(), 20);
}, { expected: /broken|mismatched/ });

dev('the log tells frames and states', '', async ({ tab, connection, said }) => {
  await tab.evaluate(() => live.debug(true));
  await silent(tab, connection);
  await said(/^debug live send/);
});

dev('mistakes in the page are told once', '<i id="x"></i><b id="x"></b><i data-lv-region="a"></i><p data-lv-clik="y"></p>', async ({ tab, connection, messages, said }) => {
  connection.whole(0, ['', '<i id="z"></i><b id="z"></b><u data-lv-region="b"></u><u data-lv-region="b"></u><p data-lv-clik="y" data-lv-submit="s"></p>']);
  await said(/id "z" is not unique/);
  await said(/region "b" is not unique/);
  await said(/data-lv-submit="s" is on no form/);
  await tab.evaluate(() => live.push('x'.repeat(129)));
  await said(/longer than 128 bytes/);
  assert.equal(messages.filter((message) => /id "z"/.test(message)).length, 1);
});
