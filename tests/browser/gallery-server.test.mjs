// The gallery as a program: its address, its errors, and browsers that come back when it does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { faint } from './gallery/contrast.mjs';
import { binary, connected, shows, start } from './gallery/start.mjs';

const browser = await launch();
after(() => browser.close());

test('a killed server is told of, and comes back', async () => {
  const first = await start();
  const address = first.url.slice('http://'.length);
  const tab = await connected(await open(browser, `${first.url}/counter`));
  await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(tab, '#count', 1);
  await first.stop('SIGKILL');
  await tab.locator('[data-lv].lv-disconnected').waitFor();
  await tab.locator('.lv-notice', { hasText: 'Reconnecting' }).waitFor();
  assert.deepEqual(await tab.evaluate(faint, '.lv-notice'), []);
  assert.equal(await tab.locator('.lv-notice').evaluate((notice) => getComputedStyle(notice).position), 'fixed');
  const second = await start(['--addr', address]);
  await connected(tab);
  await tab.locator('.lv-notice').waitFor({ state: 'hidden' });
  const now = Number(await tab.locator('#count').textContent());
  await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
  await shows(tab, '#count', now + 1);
  await tab.context().close();
  assert.equal(await second.stop(), 0);
});

test('SIGTERM and SIGINT end it cleanly within a second, with a browser connected', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const server = await start();
    const tab = await connected(await open(browser, `${server.url}/counter`));
    const before = performance.now();
    assert.equal(await server.stop(signal), 0);
    assert.ok(performance.now() - before < 1500, `${performance.now() - before} ms`);
    await tab.context().close();
  }
});

test('PORT and HOST say where, and a flag goes before them', async () => {
  const byEnvironment = await start([], { HOST: '127.0.0.1', PORT: '0' });
  assert.match(byEnvironment.url, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const byFlag = await start(['--addr', '127.0.0.1:0'], { PORT: new URL(byEnvironment.url).port });
  assert.notEqual(byFlag.url, byEnvironment.url);
  await Promise.all([byEnvironment.stop(), byFlag.stop()]);
});

test('a port that is taken, an unknown flag and a wrong PORT are named', async () => {
  const server = await start();
  const address = server.url.slice('http://'.length);
  const run = (args, env = {}) => spawnSync(binary(), args, { encoding: 'utf8', env, timeout: 10_000 });
  const taken = run(['--addr', address]);
  assert.equal(taken.status, 1);
  assert.ok(taken.stderr.includes(address) && taken.stderr.includes('--addr'), taken.stderr);
  const unknown = run(['--prot', '1']);
  assert.notEqual(unknown.status, 0);
  assert.match(unknown.stderr, /--prot.*Usage: gallery/s);
  assert.match(run([], { PORT: 'many' }).stderr, /PORT is "many"/);
  const help = run(['--help']);
  assert.equal(help.status, 0);
  assert.match(help.stdout, /--addr HOST:PORT/);
  await server.stop();
});

test('development mode is asked for', async () => {
  const scripts = async (args, env) => {
    const server = await start(['--addr', '127.0.0.1:0', ...args], env);
    const html = await (await fetch(server.url)).text();
    await server.stop();
    return html.includes('/_live/dev.js');
  };
  assert.equal(await scripts([], {}), false);
  assert.equal(await scripts(['--dev'], {}), true);
  assert.equal(await scripts([], { DEV: 'true' }), true);
});
