// What the server may ask the browser to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './client/fake.mjs';
import { becomes, live } from './client/tab.mjs';

const commands = (name, inner, run, options) => test(name, live(inner, run, options));

commands('a redirect goes to a path, and acknowledges before', '', async ({ tab, connection, server }) => {
  connection.update({ commands: [[1, 0, '/next?x=1']] });
  assert.deepEqual(await connection.take(2), [2, 1, 1]);
  await tab.waitForURL(server.url + '/next?x=1');
  assert.equal((await server.connection()).hello[5], '?x=1');
  await tab.goBack();
  await tab.waitForURL(server.url + '/');
});

commands('a redirect may replace the history entry', '', async ({ tab, connection, server }) => {
  const before = await tab.evaluate(() => history.length);
  connection.update({ commands: [[1, 0, '/next', 1]] });
  await tab.waitForURL(server.url + '/next');
  assert.equal(await tab.evaluate(() => history.length), before);
}, { alone: true }); // a history that is full gets no longer

for (const url of ['javascript:document.title="bad"', ' \u0001java\nscript:document.title="bad"', 'https://example.com/', '//example.com/', '\\\\example.com/', 'data:text/html,x', 'blob:http://127.0.0.1/x', 'http://['])
  commands(`a redirect and a download refuse ${JSON.stringify(url)}`, '', async ({ tab, connection, server }) => {
    connection.update({ commands: [[1, 0, url], [2, 3, url, 'x.txt'], [3, 4, 'done', '{}']] });
    await becomes(tab, () => document.title, 'done');
    assert.equal(tab.url(), server.url + '/');
    // A rejection is reported a moment later.
    while (tab.problems.length < 2) await tab.evaluate(() => 0);
    assert.equal(tab.problems.length, 2);
  }, { expected: /script:|example\.com|data:|blob:|http:/, after: '<script>addEventListener("DOMContentLoaded", () => live.register("done", () => (document.title = "done")))</script>' });

commands('focus comes after the patches of its frame', '', async ({ tab, connection }) => {
  const html = '<input id="new">';
  connection.update({ patches: ['', check(html), html], commands: [[1, 1, '#new']] });
  await becomes(tab, () => document.activeElement.id, 'new');
});

commands('scroll goes to an element, or to the top', '<div id="far"></div>', async ({ tab, connection }) => {
  await tab.evaluate(() => {
    document.body.style.paddingBlock = '3000px';
  });
  connection.update({ commands: [[1, 2, '#far', 'center']] });
  await becomes(tab, () => scrollY > 1000, true);
  connection.update({ commands: [[2, 2, 'html', 'start']] });
  await becomes(tab, () => scrollY, 0);
});

commands('a download saves under the name', '', async ({ tab, connection }) => {
  const [download] = await Promise.all([tab.waitForEvent('download'), connection.update({ commands: [[1, 3, '/file', 'report.txt']] })]);
  assert.equal(download.suggestedFilename(), 'report.txt');
});

commands('js calls what the page registered, with plain arguments', '', async ({ tab, connection }) => {
  await tab.evaluate(() => live.register('chart', (args) => (window.got = JSON.stringify(args) + Object.keys(args.nested))));
  const args = '{"points":[1,-2,1.5,300,70000,-40000,true,null],"name":"ä","nested":{"__proto__":{"bad":1},"constructor":2,"prototype":3}}';
  connection.update({ commands: [[1, 4, 'chart', args]] });
  await becomes(tab, () => window.got, '{"points":[1,-2,1.5,300,70000,-40000,true,null],"name":"ä","nested":{}}');
});

commands('a command runs once, also over connections, and one that throws stops nothing', '', async ({ tab, connection, server }) => {
  await tab.evaluate(() => {
    window.calls = '';
    live.register('call', ({ n }) => (window.calls += n));
    live.register('throw', () => {
      throw new Error('of the page');
    });
  });
  const call = (id) => [id, 4, 'call', `{"n":${id}}`];
  connection.update({ commands: [call(1), [2, 4, 'throw', '{}'], [3, 1, '[['], [4, 4, 'unknown', '{}'], [5, 99], call(6)] });
  await becomes(tab, () => window.calls, '16');
  connection.update({ commands: [call(6), call(7)] });
  await becomes(tab, () => window.calls, '167');
  connection.terminate();
  const next = await server.connection();
  assert.equal(next.hello[3], 7);
  next.welcome({ flags: 1 });
  next.update({ commands: [call(7), call(8)] });
  await becomes(tab, () => window.calls, '1678');
  next.terminate();
  const fresh = await server.welcomed({ flags: 0 });
  fresh.update({ commands: [call(1)] });
  await becomes(tab, () => window.calls, '16781');
}, { expected: /of the page|not a valid selector|no function|unknown command/ });
