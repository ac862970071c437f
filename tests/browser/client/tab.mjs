// A page with the runtime in it, against a fake server, for the length of one test.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, open } from '../lib/chromium.mjs';
import { app } from './app.mjs';
import { fake, PATIENCE } from './fake.mjs';

const browser = await launch();

/**
 * A tab costs more to open than a page takes to load: tests that pass hand theirs on, with the server, for which the tab's page may ask until the next one is
 * loaded. Each server has an origin, and so a storage, of its own.
 */
let kept;

after(async () => {
  await kept?.server.close();
  await browser.close();
});

/**
 * Runs `run` with a tab, and closes `server` afterwards. The tab is one of a new context, with those options, where it is to be `alone`, or its `clock` stands
 * still: a test that changes its tab for more than a page has it so.
 */
async function inTab({ server, clock, alone = clock, options }, run) {
  const before = alone ? undefined : kept;
  if (before) kept = undefined;
  let tab = before?.tab;
  try {
    // What the page before reports until it goes is another test's.
    tab?.once('framenavigated', () => (tab.problems.length = 0));
    tab ??= await open(browser, 'about:blank', options);
    tab.setDefaultTimeout(PATIENCE);
    if (clock) {
      await tab.clock.install({ time: 0 });
      await tab.clock.pauseAt(1000);
    }
    await run(tab);
    if (!alone) kept ??= { tab, server };
  } finally {
    await before?.server.close();
    if (kept?.tab !== tab) {
      await tab?.context().close();
      await server.close();
    }
  }
}

/** Whether the runtime has its connection; read past what names in the page may hide of the document. */
const isConnected = () => !!Document.prototype.querySelector.call(document, '.lv-connected');

/**
 * Opens a page whose root holds `inner`, and runs `run` with `{ server, tab, connection }`, the connection welcomed. At the end
 * the page must have reported no error but those that match `expected`.
 */
export function live(inner, run, { welcome, expected = /$^/, clock, alone, ...options } = {}) {
  return async () => {
    const server = await fake(inner, options);
    await inTab({ server, clock, alone }, async (tab) => {
      await tab.goto(server.url);
      const connection = await server.welcomed(welcome);
      await becomes(tab, isConnected, true);
      await run({ server, tab, connection });
      assert.deepEqual(tab.problems.filter((problem) => !expected.test(problem)), []);
    });
  };
}

/** Resolves once `read` in the page, given `argument`, gives `wanted`. It asks from outside, since the page's clock may stand still. */
export async function becomes(tab, read, wanted, argument) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    // A page that is loaded again meanwhile is asked anew.
    const value = await tab.evaluate(read, argument).catch((error) => {
      if (!/context was destroyed|navigat/i.test(error.message)) throw error;
    });
    if (value === wanted) return;
    if (Date.now() > deadline) throw new Error(`${read} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`);
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** Asserts that the page has sent no event before this. */
export async function silent(tab, connection) {
  await tab.evaluate(() => live.push('end'));
  assert.equal((await connection.event()).name, 'end');
}

/** No test takes longer than this, not even in a tab that hangs. */
const LIMIT = 15_000 + 3 * PATIENCE;

/** Between two looks at a page, in ms: so that it gets on. */
const PAUSE = 5;

/** What Chromium logs about sockets that could not be opened. */
const REFUSED = /WebSocket connection to|net::ERR_CONNECTION/;

/**
 * Declares a test of a whole conversation: serves the page function `page` (see app.mjs) and runs `run` with `{ app, tab }`, the tab connected. Nothing may
 * happen for which a server closes a connection, and the page must have reported no error, but those that match `expected`. `prepare` runs before the page
 * is loaded.
 */
export function conversation(name, page, run, { expected = /$^/, faults = [], clock, context, prepare } = {}) {
  test(name, { timeout: LIMIT }, async () => {
    const served = await app(page);
    await inTab({ server: served, clock, alone: !!(clock || context || prepare), options: context }, async (tab) => {
      await prepare?.({ tab, app: served });
      // Whoever waits for all of the page's load waits longer than a user does.
      await tab.goto(served.url, { waitUntil: 'commit' });
      await served.until(() => served.connected() === 1);
      await becomes(tab, isConnected, true);
      await run({ app: served, tab, browser });
      assert.deepEqual(served.faults, faults);
      assert.deepEqual(tab.problems.filter((problem) => !expected.test(problem) && !REFUSED.test(problem)), []);
    });
  });
}

/** Clicks on what `selector` finds and types `text` as a person does, `delay` ms a key. */
export async function type(tab, selector, text, delay = 0) {
  await tab.click(selector);
  await tab.keyboard.press('End');
  await tab.keyboard.type(text, { delay });
}

/** Resolves once the field has the value. */
export const holds = (tab, selector, value) => becomes(tab, (selector) => document.querySelector(selector)?.value, value, selector);
/** The field's value. */
export const valueOf = (tab, selector) => tab.evaluate((selector) => document.querySelector(selector)?.value, selector);
/** Where the caret is in the focused field. */
export const caret = (tab) => tab.evaluate(() => document.activeElement.selectionStart);

/** Composes as an input method does. */
export async function composing(tab) {
  const keys = await tab.context().newCDPSession(tab);
  return {
    set: (text) => keys.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }),
    commit: (text) => keys.send('Input.insertText', { text }),
  };
}
