// While a page is being written: a change comes to the browser by itself, and so do the compiler's errors.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, open } from '../browser/lib/chromium.mjs';
import { env, freePort, listening, write } from './lib.mjs';

const BUILT = { timeout: 60_000 }; // a build of the page alone takes some seconds
const folder = mkdtempSync(join(tmpdir(), 'new-page-dev-'));
after(() => rmSync(folder, { recursive: true }));

const TEMPLATE = 'templates/hello.stpl';
const PROGRAM = 'src/main.rs';

test('a change comes to the browser by itself', async () => {
  const port = await freePort();
  write(folder, port);
  edit(PROGRAM, 'Options::default()', 'Options { dev: std::env::var("DEV").is_ok(), ..Options::default() }');
  execFileSync('cargo', ['build', '--quiet'], { cwd: folder, env, stdio: 'inherit' });

  const server = spawn('cargo', ['run', '--quiet'], { cwd: folder, env: { ...env, DEV: 'true' }, stdio: 'inherit' });
  const ended = new Promise((resolve) => server.on('exit', (code) => resolve(code)));
  const browser = await launch({ whole: true });
  try {
    await listening(port);
    const tab = await open(browser, `http://127.0.0.1:${port}/`);
    const heading = (text) => tab.locator('h1', { hasText: text }).waitFor(BUILT);
    await connected(tab);
    await heading('Hello, world');

    edit(TEMPLATE, 'Hello', 'Welcome');
    await heading('Welcome, world');
    await connected(tab);

    const told = tab.waitForEvent('console', { predicate: (message) => message.text().includes('cannot find value `oops`'), ...BUILT });
    edit(PROGRAM, 's.state.count += 1;', 's.state.count += oops;');
    assert.equal((await told).type(), 'error');
    assert.equal(await tab.locator('h1').textContent(), 'Welcome, world', 'the program before it goes on');

    edit(PROGRAM, 's.state.count += oops;', 's.state.count += 10;');
    await tab.waitForEvent('load', BUILT);
    await connected(tab);
    await tab.locator('button').click();
    await tab.locator('output', { hasText: '10' }).waitFor();

    edit(PROGRAM, '-> Result {', '-> Result { if s.state.count == 0 { return Err(Error::msg("no world")); }');
    await tab.getByText('no world').waitFor(BUILT);
    edit(PROGRAM, 'return Err(Error::msg("no world"));', '');
    await connected(tab);
  } finally {
    await browser.close();
    server.kill('SIGTERM');
  }
  assert.equal(await ended, 0, 'SIGTERM ends the last build cleanly');
});

function edit(name, from, to) {
  const text = readFileSync(join(folder, name), 'utf8');
  assert.ok(text.includes(from), `${name} has ${from}`);
  writeFileSync(join(folder, name), text.replace(from, to));
}

function connected(tab) {
  return tab.locator('[data-lv].lv-connected').waitFor(BUILT);
}
