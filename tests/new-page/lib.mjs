// README's page as a project of its own, outside of the workspace.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/**
 * The environment in which cargo builds it: a new user's, but for the folder and the profile of what it depends on. What the other
 * tests have built is used again.
 */
export const env = {
  ...process.env,
  CARGO_BUILD_BUILD_DIR: process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'),
  CARGO_PROFILE_DEV_DEBUG: 'line-tables-only',
};
delete env.CARGO_TARGET_DIR;
delete env.CARGO_INCREMENTAL;

/** The code that README gives for a file: the first block behind its bold name. */
export function file(name) {
  const [, behind] = readme.split(`**\`${name}\`**`);
  assert.ok(behind, `README names ${name}`);
  return behind.match(/```\w+\n([^]*?)```/)[1];
}

/** Writes README's three files into a folder, for a server on this port; the workspace's versions of what it depends on beside them. */
export function write(folder, port) {
  for (const name of ['Cargo.toml', 'templates/hello.stpl', 'src/main.rs']) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), file(name).replace('../mizu-live/', ROOT).replace(':3000', `:${port}`));
  }
  copyFileSync(join(ROOT, 'Cargo.lock'), join(folder, 'Cargo.lock'));
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.on('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until something listens: each refused attempt is followed by another, for 20 s at most. */
export async function listening(port, until = Date.now() + 20_000) {
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
