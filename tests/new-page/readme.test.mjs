// A new user's first try: README's page in an empty folder outside of the workspace, built, started and clicked on.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, open } from '../browser/lib/chromium.mjs';
import { ROOT, env, file, freePort, listening, readme, write } from './lib.mjs';

const folder = mkdtempSync(join(tmpdir(), 'new-page-'));
after(() => rmSync(folder, { recursive: true }));

test('README gives the program that embeds the core as it is', () => {
  const [head, ...program] = readFileSync(join(ROOT, 'core/examples/embed.rs'), 'utf8').split('\n');
  assert.match(head, /^\/\/! /);
  assert.ok(readme.includes(program.join('\n')), 'the block in README differs from core/examples/embed.rs');
});

test("README's page runs in an empty folder", async () => {
  const port = await freePort();
  write(folder, port);
  const lines = file('src/main.rs').split('\n').filter((line) => line.trim()).length;
  assert.ok(lines <= 50, `${lines} lines`);

  execFileSync('cargo', ['build', '--quiet'], { cwd: folder, env, stdio: 'inherit' });
  const server = spawn(join(folder, 'target/debug/hello'), { stdio: 'inherit' });
  const browser = await launch({ whole: true });
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
