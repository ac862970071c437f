// Two processes behind the guide's nginx take turns under load: each starts behind the other, which is told to end then. No request fails, and no event is lost.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from '../browser/gallery/start.mjs';
import { folder, freePort, guide, nginx } from './nginx.mjs';

const TURNS = Number(process.env.DEPLOY_TURNS ?? 6);
const SESSIONS = 200;
const REQUESTS = 100;
const BETWEEN = 3000; // ms

const home = await folder();
const sockets = [1, 2].map((number) => join(home, `${number}.sock`));
const load = fileURLToPath(new URL('../../target/release/crash', import.meta.url));

/** A gallery on one of the sockets, over the store that both have. */
async function launch(socket) {
  const gallery = await start(['--addr', `unix:${socket}`, '--store', join(home, 'store.redb')]);
  after(() => gallery.stop('SIGKILL'));
  return gallery;
}

test(`${TURNS} turns under ${REQUESTS} requests a second and ${SESSIONS} live sessions`, { timeout: 120_000 }, async () => {
  let current = await launch(sockets[0]);
  const port = await freePort();
  await nginx(await guide(port, sockets.map((socket) => `unix:${socket}`)), port);
  const args = ['--server', `127.0.0.1:${port}`, '--sessions', SESSIONS, '--requests', REQUESTS];
  const visitors = spawn(load, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  after(() => visitors.kill('SIGKILL'));
  const ended = once(visitors, 'exit');
  let report = '';
  visitors.stdout.setEncoding('utf8').on('data', (text) => (report += text));
  for (let turn = 1; turn <= TURNS; turn++) {
    await new Promise((done) => setTimeout(done, BETWEEN));
    const next = await launch(sockets[turn % 2]);
    assert.equal(await current.stop(), 0);
    current = next;
  }
  await new Promise((done) => setTimeout(done, BETWEEN));
  visitors.stdin.end();
  const [code] = await ended;
  console.log(report);
  assert.equal(code, 0, report);
});
