// The gallery as a program: its address, its errors, its settings.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { binary, start } from './gallery/start.mjs';

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
