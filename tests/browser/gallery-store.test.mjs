// Sessions in a file: they go on after the server was stopped, or killed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open } from './lib/chromium.mjs';
import { binary, connected, shows, start } from './gallery/start.mjs';

let folder;
before(async () => (folder = await mkdtemp(join(tmpdir(), 'gallery-store-'))));
after(() => rm(folder, { recursive: true }));

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`a tab goes on with its count after ${signal}`, async () => {
    const store = join(folder, `${signal}.redb`);
    const [first, browser] = [await start(['--addr', '127.0.0.1:0', '--store', store]), await launch({ whole: true })];
    const tab = await connected(await open(browser, `${first.url}/counter`));
    const inc = tab.locator('[data-lv-click=inc]').first();
    for (const count of [1, 2]) {
      await inc.click();
      await shows(tab, '[data-lv-region=count]', count);
    }
    let loads = 0;
    tab.on('load', () => loads++);
    await first.stop(signal);
    await tab.locator('[data-lv]:not(.lv-connected)').waitFor();
    const second = await start(['--addr', new URL(first.url).host], { STORE: store });
    await connected(tab);
    await shows(tab, '[data-lv-region=count]', 2);
    await inc.click();
    await shows(tab, '[data-lv-region=count]', 3);
    assert.equal(loads, 0, 'the page was not loaded again');
    await Promise.all([browser.close(), second.stop()]);
  });
}

test('a successor waits until the file is free', async () => {
  const args = ['--addr', '127.0.0.1:0', '--store', join(folder, 'SIGTERM.redb')];
  const first = await start(args);
  const [second, code] = [start(args), first.stop()];
  assert.equal(await code, 0);
  await (await second).stop();
});

test('the store and its key are for their owner alone', async () => {
  const names = (await readdir(folder)).sort();
  assert.deepEqual(names, ['SIGKILL.redb', 'SIGKILL.redb.key', 'SIGTERM.redb', 'SIGTERM.redb.key']);
  for (const name of names) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
});

test('a store or a key that is none is named', async () => {
  const diary = join(folder, 'diary');
  await writeFile(diary, 'Dear diary');
  const run = (path) => spawnSync(binary(), ['--addr', '127.0.0.1:0', '--store', path], { encoding: 'utf8', timeout: 30_000 });
  const foreign = run(diary);
  assert.equal(foreign.status, 1);
  assert.match(foreign.stderr, /diary is no session store/);
  await writeFile(join(folder, 'other.key'), 'open sesame');
  const key = run(join(folder, 'other'));
  assert.equal(key.status, 1);
  assert.match(key.stderr, /other\.key holds no key/);
  assert.ok(!key.stderr.includes('sesame'));
});
