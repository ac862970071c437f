// A new user's first try: README's page in an empty folder outside of the workspace, built, started and clicked on.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, open } from '../browser/lib/chromium.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'new-page-'));
after(() => rmSync(folder, { recursive: true }));

/** The code that README gives for a file: the first block behind its bold name. */
function file(name) {
  const [, behind] = readme.split(`**\`${name}\`**`);
  assert.ok(behind, `README names ${name}`);
  return behind.match(/```\w+\n([^]*?)```/)[1];
}

test('README gives the program that embeds the core as it is', () => {
  const [head, ...program] = readFileSync(join(ROOT, 'core/examples/embed.rs'), 'utf8').split('\n');
  assert.match(head, /^\/\/! /);
  assert.ok(readme.includes(program.join('\n')), 'the block in README differs from core/examples/embed.rs');
});

test("README's page runs in an empty folder", async () => {
  const port = await freePort();
  for (const name of ['Cargo.toml', 'templates/hello.stpl', 'src/main.rs']) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), file(name).replace('../mizu-live/', ROOT).replace(':3000', `:${port}`));
  }
  const lines = file('src/main.rs').split('\n').filter((line) => line.trim()).length;
  assert.ok(lines <= 50, `${lines} lines`);

  const env = { ...process.env, CARGO_TARGET_DIR: join(ROOT, 'target/new-page') };
  execFileSync('cargo', ['build', '--quiet'], { cwd: folder, env, stdio: 'inherit' });
  const server = spawn(join(env.CARGO_TARGET_DIR, 'debug/hello'), { stdio: 'inherit' });
  const browser = await launch();
  try {
    await listening(port);
    const tab = await open(browser, `http://127.0.0.1:${port}/?name=Ada`);
    assert.equal(await tab.locator('h1').textContent(), 'Hello, Ada');
    assert.equal(await tab.title(), 'Hello, Ada');
    for (const count of ['1', '2']) {
      await tab.locator('button').click();
      await tab.locator('output', { hasText: count }).waitFor();
    }
    assert.deepEqual(tab.problems, []);
  } finally {
    await browser.close();
    server.kill('SIGTERM');
  }
  const [code] = await new Promise((resolve) => server.on('exit', (...how) => resolve(how)));
  assert.equal(code, 0, 'SIGTERM ends the server cleanly');
});

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.on('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until something listens: each refused attempt is followed by another, for 20 s at most. */
async function listening(port, until = Date.now() + 20_000) {
  const reached = await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    socket.on('connect', () => socket.end());
  });
  if (reached) return;
  assert.ok(Date.now() < until, 'the server does not listen');
  await new Promise((resolve) => setTimeout(resolve, 50));
  return listening(port, until);
}
