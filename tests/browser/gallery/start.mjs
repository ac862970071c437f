// Starts the real gallery, and opens its pages in Chromium.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, open } from '../lib/chromium.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Where screenshots go. */
export const OUT = fileURLToPath(new URL('../out/', import.meta.url));

let program = 'gallery';
let built;

/** Runs the tests of the files that are imported next on another program with the same pages. */
export function on(name) {
  program = name;
}

/** The program's binary: `$GALLERY_BIN` or the like, else what cargo builds: the gallery as for its users, others in less time. */
export function binary() {
  built ??= process.env[`${program.toUpperCase().replaceAll('-', '_')}_BIN`] ?? build();
  return built;
}

function build() {
  const profile = program === 'gallery' ? ['--release'] : [];
  const args = ['build', ...profile, '--package', program, '--message-format', 'json'];
  const lines = execFileSync('cargo', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] });
  const found = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line)).find((line) => line.executable && line.target.name === program);
  if (!found) throw new Error(`cargo built no ${program}`);
  return found.executable;
}

/**
 * Starts the program and waits for the line that says where it is. `stop` ends it by SIGTERM or another signal, and gives its exit code. Signals that are
 * `ignored`, by their names for `trap`, don't end it.
 */
export async function start(args = ['--addr', '127.0.0.1:0'], env = {}, ignored = '') {
  const command = ['-c', `trap '' ${ignored || 'PIPE'}; exec "$0" "$@"`, binary(), ...args];
  const child = spawn('/bin/sh', command, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const ended = once(child, 'exit');
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  const url = String(line[0]).match(/(http:\/\/|unix:)\S+/)?.[0];
  if (!url) throw new Error(`${program} did not start: ${errors}`);
  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    return (await ended)[0];
  };
  return { url, stop, pid: child.pid };
}

/** One gallery and one browser for a file's tests, both ended after them. Gives functions that open a page in a context of its own: live, or without JavaScript. */
export async function gallery(args) {
  const [server, browser] = [await start(args), await launch({ whole: true })];
  after(() => Promise.all([server.stop(), browser.close()]));
  const visit = (path, options) => open(browser, server.url + path, options);
  const live = async (path, options) => connected(await visit(path, options));
  const without = (path) => visit(path, { javaScriptEnabled: false });
  return { url: server.url, browser, visit, live, without };
}

/** Waits until the page in `tab` is live. */
export async function connected(tab) {
  await tab.locator('[data-lv].lv-connected').waitFor();
  return tab;
}

/** Presses a button that posts its form, in a tab without JavaScript. */
export const post = (tab, name) => Promise.all([tab.waitForNavigation(), tab.getByRole('button', { name, exact: true }).click()]);

/** Loads `tab` anew, and collects the sizes of frames from then on, in bytes: those that the server sends, or the browser. */
export async function frames(tab, event = 'framereceived') {
  const sizes = [];
  tab.on('websocket', (socket) => socket.on(event, ({ payload }) => sizes.push(payload.length)));
  await tab.reload();
  await connected(tab);
  return sizes;
}

/** Waits until an element's text is `text`. */
export const shows = (tab, selector, text) =>
  tab.waitForFunction(([selector, text]) => document.querySelector(selector)?.textContent === text, [selector, String(text)]);
