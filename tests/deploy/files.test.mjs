// The guide's other files: Caddy's, and systemd's units.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { binary, connected } from '../browser/gallery/start.mjs';
import { launch, open } from '../browser/lib/chromium.mjs';
import { answers, folder, freePort } from './nginx.mjs';

const GUIDE = new URL('../../smol-server/src/guide/deploy/', import.meta.url);

test("Caddy, as the guide has it: a page lives, and files aren't sent again", async () => {
  const [home, port, browser] = [await folder(), await freePort(), await launch()];
  after(() => browser.close());
  const socket = join(home, '1.sock');
  const gallery = spawn(binary(), ['--addr', `unix:${socket}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(() => gallery.kill('SIGKILL'));
  await once(gallery.stdout, 'data');
  const text = (await readFile(new URL('Caddyfile', GUIDE), 'utf8'))
    .replace(/^example\.com \{/, `{\n\tadmin off\n\tauto_https off\n}\n\nhttp://127.0.0.1:${port} {`)
    .replaceAll('/run/app', home)
    // Of Caddy 2.7; Debian 12 has 2.6.
    .replace(/^\s*stream_close_delay .*\n/m, '');
  await writeFile(join(home, 'Caddyfile'), text);
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
  const caddy = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', join(home, 'Caddyfile')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  caddy.stderr.setEncoding('utf8').on('data', (more) => (errors += more));
  const ended = once(caddy, 'exit');
  after(async () => {
    caddy.kill('SIGTERM');
    await ended;
  });
  while (!(await answers(port))) assert.equal(caddy.exitCode, null, errors);
  const url = `http://127.0.0.1:${port}`;
  const tab = await connected(await open(browser, `${url}/counter`));
  await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
  await tab.locator('#count', { hasText: '1' }).waitFor();
  assert.deepEqual(tab.problems, []);
  const first = await fetch(`${url}/_live/runtime.js`);
  assert.match(first.headers.get('content-encoding'), /^(br|gzip)$/);
  const again = await fetch(`${url}/_live/runtime.js`, { headers: { 'If-None-Match': first.headers.get('etag') } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(`${url}/metrics`)).status, 403);
});

test("systemd understands the guide's units", async () => {
  const home = await folder();
  for (const name of ['app.service', 'app.socket']) {
    const text = await readFile(new URL(name, GUIDE), 'utf8');
    await writeFile(join(home, name), text.replace('/usr/local/bin/app', fileURLToPath(new URL('../../target/release/gallery', import.meta.url))));
  }
  const units = ['app.service', 'app.socket'].map((name) => join(home, name));
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', ...units]);
  const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(home) || line.includes('app.s'));
  assert.deepEqual(about, [], 'each line is a complaint');
});
