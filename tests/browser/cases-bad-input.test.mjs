// What may come wrong: frames, versions, storage, clocks. The page goes on, or says why not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, runtime, within } from './client/fake.mjs';
import { becomes, conversation, holds, live, silent, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';

const BUTTON = '<button id="inc" data-lv-click="inc">+</button>';
const frames = (name, run, options, inner = `<p id="n">0</p>${BUTTON}`) => test(`bad input: ${name}`, live(inner, run, options));
const shows = (tab, selector, text) => becomes(tab, (selector) => document.querySelector(selector)?.textContent, text, selector);
/** Whether the script under test speaks the second protocol. */
const IS_NEW = runtime.includes('mizu-live-v2');

/* Frames. */

const COUNTER = {
  state: { n: 0 },
  render: ({ n }) => `<p id="n">${n}</p>${BUTTON}`,
  handle: (state) => void state.n++,
};

for (const [what, bytes] of Object.entries({
  'half a frame': [0x96, 1, 0, 0xc0],
  'an empty message': [],
  'a negative number': [0x92, 1, 0xff],
  'a map': [0x81, 0xa1, 97, 1],
  'a float': [0x92, 1, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0],
}))
  frames(`${what}: the connection is made anew, and nothing is lost`, async ({ tab, server, connection }) => {
    await tab.click('#inc');
    assert.equal((await connection.event()).id, 1);
    connection.raw(Buffer.from(bytes));
    await within(connection.closed);
    const next = await server.welcomed({ flags: 1 });
    assert.equal((await next.event()).id, 1);
    next.whole(1, ['', `<p id="n">1</p>${BUTTON}`]);
    await shows(tab, '#n', '1');
  }, { expected: /./ });

for (const [what, frame] of Object.entries({
  'a frame without a kind': [],
  'a kind that is no number': ['x', 1],
  'patches that are no list': [1, 0, 5],
  'a patch without a body': [1, 0, ['', 0]],
  'a region that is a list': [1, 0, [[], 0, 'x']],
  'commands that are text': [1, 0, null, 'x'],
  'a WELCOME without anything': [0],
  'a second WELCOME': [0, 0, 30_000, 'token', 1, null, 65_536, ''],
  'a TOKEN without one': [6],
  'an AWAY without a time': [5],
}))
  conversation(`bad input: ${what}: the page goes on, on this connection or on another`, COUNTER, async ({ app, tab }) => {
    app.raw(frame);
    app.change((state) => state.n++);
    await shows(tab, '#n', '1');
    await tab.click('#inc');
    await shows(tab, '#n', '2');
  }, { expected: /./ });

frames('kinds that the browser does not know are passed over', async ({ tab, connection }) => {
  connection.send([3]);
  connection.send([99, 'x', [1, [2]], null]);
  connection.send([8]);
  connection.whole(0, ['', '<p id="n">1</p>']);
  await shows(tab, '#n', '1');
  await silent(tab, connection);
});

frames('ON for the only session is a frame like any other', async ({ tab, connection }) => {
  connection.send([7, 0]);
  connection.whole(0, ['', '<p id="n">1</p>']);
  await shows(tab, '#n', '1');
  await silent(tab, connection);
});

frames('trailing elements that the browser does not know are ignored', async ({ tab, server, connection }) => {
  const html = '<p id="n">1</p>';
  connection.send([1, 0, ['', check(html), html], [[1, 1, '#n', 'later']], null, 'titled', 'later', [1, 2], Buffer.from('x')]);
  await shows(tab, '#n', '1');
  assert.equal(await tab.title(), 'titled');
  connection.send([2, 'later']);
  connection.send([6, 'token of later', 'later']);
  connection.terminate();
  const next = await server.connection();
  assert.equal(next.hello[1], 'token of later');
  next.send([0, 0, 30_000, 'token', 1, null, 65_536, next.hello[7] ?? '', 'later', [[1]]]);
  next.whole(0, ['', '<p id="n">2</p>']);
  await shows(tab, '#n', '2');
});

frames('a command of an unknown kind, and one with too few fields, stop nothing', async ({ tab, connection }) => {
  connection.update({ commands: [[1, 99, 'x'], [2, 1], [3, 4], [4, 6], [5, 1, '#inc']] });
  await becomes(tab, () => document.activeElement.id, 'inc');
  await silent(tab, connection);
}, { expected: /./ });

frames('a patch for a host that is gone is left out, and the others of its frame are carried out', async ({ tab, connection }) => {
  await tab.evaluate(() => document.querySelector('[data-lv-region=b]').remove());
  connection.whole(0, ['a', 'one'], ['b', 'two'], ['c', 'three']);
  await shows(tab, '#c', 'three');
  assert.equal(await tab.textContent('#a'), 'one');
  await silent(tab, connection);
}, {}, '<i id="a" data-lv-region="a"></i><i id="b" data-lv-region="b"></i><i id="c" data-lv-region="c"></i>');

frames('a patch of an element that is gone asks for its region', async ({ tab, connection }) => {
  await tab.evaluate(() => document.querySelector('#one').remove());
  connection.update({ patches: ['a', 1, [0, 2, 'one', '<p id="one">2</p>']] });
  assert.deepEqual(await connection.take(4), [4, 'a']);
  connection.whole(0, [0, '<p id="one">3</p>']);
  await shows(tab, '#one', '3');
}, {}, '<div data-lv-region="a"><p id="one">1</p></div>');

frames('a session that has applied more than the tab remembers: events go on from there', async ({ tab, server, connection }) => {
  // As where the browser was killed before it had written its storage.
  connection.terminate();
  const next = await server.welcomed({ flags: 1, applied: 40 });
  await tab.locator('.lv-connected').waitFor({ state: 'attached' });
  await tab.click('#inc');
  assert.equal((await next.event()).id, 41);
});

frames('more is acknowledged than was ever sent: what waits is sent, with the next number', async ({ tab, connection }) => {
  await tab.locator('#f').pressSequentially('ab');
  assert.deepEqual((await connection.event()).form, ['f', 'a']);
  connection.update({ applied: 9 });
  const { id, form } = await connection.event();
  assert.deepEqual([id, form], [10, ['f', 'ab']]);
}, {}, '<input id="f" name="f" data-lv-change="edit">');

frames('refused ids that were never made are passed over', async ({ tab, connection }) => {
  await tab.click('#inc');
  await connection.event();
  connection.update({ applied: 1, failed: [0, 1, 7, 4_000_000_000] });
  await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
  await silent(tab, connection);
});

frames('a limit of 0, or none, lets events through', async ({ tab, connection }) => {
  await tab.click('#inc');
  assert.equal((await connection.event()).id, 1);
}, { welcome: { limit: 0 } });

/* Versions. */

const NEWER = { flags: 1, version: 'ffffffff' };

/** The server comes back with another script. Gives the connection of the page that was loaded again. */
async function deployed({ server, connection }) {
  connection.terminate();
  (await server.connection()).welcome(NEWER);
  return server.connection();
}

test('bad input: HELLO has the version of the script', { skip: !IS_NEW && 'the script has none' }, live('', async ({ connection }) => {
  assert.match(connection.hello[7], /^[0-9a-f]{8}$/);
}));

test('bad input: the server has another version: an idle page is loaded again, and goes on with its session', live(BUTTON, async ({ server, connection }) => {
  const next = await deployed({ server, connection });
  assert.equal(next.hello[1], 'renewed');
  assert.equal(server.loads, 2);
}));

test('bad input: the server has another version, and so it is after the page was loaded again: once is enough', live(BUTTON, async ({ tab, server, connection }) => {
  const next = await deployed({ server, connection });
  next.welcome(NEWER);
  await tab.locator('.lv-connected').waitFor({ state: 'attached' });
  await tab.click('#inc');
  next.update({ applied: (await next.event()).id, title: 'still here' });
  await becomes(tab, () => document.title, 'still here');
  await silent(tab, next);
  assert.equal(server.loads, 2);
}));

test('bad input: the server has another version: not while an event is pending, but then', live(BUTTON, async ({ tab, server, connection }) => {
  await tab.click('#inc');
  await connection.event();
  connection.terminate();
  const second = await server.connection();
  second.welcome(NEWER);
  assert.equal((await second.event()).id, 1);
  second.update({ title: 'still here' });
  await becomes(tab, () => document.title, 'still here');
  assert.equal(server.loads, 1);
  second.update({ applied: 1 });
  await server.welcomed();
  assert.equal(server.loads, 2);
}));

test('bad input: the server has another version: not while a field is touched or typed into, but afterwards', live('<form data-lv-submit="save"><input id="f" name="f" value=""></form>', async ({ tab, server, connection }) => {
  await type(tab, '#f', 'mine');
  connection.terminate();
  const second = await server.connection();
  second.welcome(NEWER);
  second.update({ title: 'still here' });
  await becomes(tab, () => document.title, 'still here');
  await tab.keyboard.type(' too');
  assert.equal(server.loads, 1);
  await tab.keyboard.press('Enter');
  const { id, form } = await second.event();
  assert.deepEqual(form, ['f', 'mine too']);
  second.update({ applied: id, title: 'told' });
  await becomes(tab, () => document.title, 'told');
  assert.equal(server.loads, 1, 'not under the hands of who types');
  await tab.evaluate(() => document.activeElement.blur());
  await server.welcomed();
  assert.equal(server.loads, 2);
}));

const OLD_SERVER = { protocol: (offered) => (offered.has('mizu-live-v1') ? 'mizu-live-v1' : false) };

/** A server of the previous version accepts v1 alone, and would not understand the HELLO of v2. */
test('bad input: new script, old server: both protocols are offered, and an idle page is loaded again', { skip: !IS_NEW && 'the script is old' }, async () => {
  let left = 1;
  const offered = [];
  await live(BUTTON, async ({ server }) => {
    assert.deepEqual(offered[0], ['mizu-live-v2', 'mizu-live-v1']);
    assert.equal(server.loads, 2);
  }, {
    // The second load meets the new server.
    protocol: (names) => (offered.push([...names]), left-- > 0 ? 'mizu-live-v1' : 'mizu-live-v2'),
  })();
});

test('bad input: new script, old server: not while a field is touched', { skip: !IS_NEW && 'the script is old' }, async () => {
  let isOld = false;
  await live('<form data-lv-submit="save"><input id="f" name="f" value=""></form>', async ({ tab, server, connection }) => {
    await type(tab, '#f', 'mine');
    isOld = true;
    connection.terminate();
    await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
    await tab.keyboard.type(' too');
    assert.equal(server.loads, 1);
    assert.equal(await valueOf(tab, '#f'), 'mine too');
  }, { protocol: (names) => (isOld ? OLD_SERVER.protocol(names) : 'mizu-live-v2') })();
});

test('bad input: new script, old server: a page that comes again and again with the new script is not loaded without end', { skip: !IS_NEW && 'the script is old' }, async () => {
  const { fake } = await import('./client/fake.mjs');
  const { launch, open } = await import('./lib/chromium.mjs');
  const server = await fake(BUTTON, OLD_SERVER);
  const browser = await launch();
  try {
    const tab = await open(browser, server.url);
    await tab.waitForTimeout(2000); // the time in which it would
    assert.ok(server.loads < 6, `${server.loads} loads in 2 s`);
  } finally {
    await browser.close();
    await server.close();
  }
});

test('bad input: old script, new server: 4001 right after the handshake loads the page again', { skip: IS_NEW && 'the script is new' }, async () => {
  const { fake } = await import('./client/fake.mjs');
  const { launch, open } = await import('./lib/chromium.mjs');
  let server;
  const browser = await launch();
  try {
    const accepted = [];
    server = await fake(BUTTON, { accept: (connection) => (accepted.push(connection), accepted.length === 2 ? connection.close(4001, 'token') : connection.any().then((hello) => ((connection.hello = hello), connection.welcome()))) });
    const tab = await open(browser, server.url);
    await tab.locator('.lv-connected').waitFor({ state: 'attached' });
    accepted[0].terminate();
    await becomes(tab, () => performance.getEntriesByType('navigation')[0].type, 'reload');
    assert.equal(server.loads, 2);
  } finally {
    await browser.close();
    await server?.close();
  }
});

/* Storage. */

const FORM = {
  state: { n: 0, text: '' },
  render: ({ n, text }) => `<p id="n">${n}</p>${BUTTON}<form id="form" data-lv-change="edit"><input id="f" name="f" value="${h(text)}"></form>`,
  handle: (state, { name, form }) => {
    if (name === 'inc') state.n++;
    else state.text = form.get('f');
  },
};

/** All goes on as if there were storage, but for what is kept over a reload. */
async function goesOn({ app, tab }) {
  await tab.click('#inc');
  await shows(tab, '#n', '1');
  await type(tab, '#f', 'abc');
  await app.until(() => app.state.text === 'abc');
  app.offline();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  await tab.click('#inc');
  await app.online(tab);
  await shows(tab, '#n', '2');
  await tab.reload();
  await app.until(() => app.joins >= 3);
  await tab.click('#inc');
  await shows(tab, '#n', '3');
  await holds(tab, '#f', 'abc');
}

conversation('bad input: storage that is full', FORM, async ({ app, tab }) => {
  await tab.evaluate(() => {
    for (let size = 1 << 20; size; size >>= 1)
      try {
        for (let i = 0; ; i++) sessionStorage.setItem(`full ${size} ${i}`, 'x'.repeat(size));
      } catch {}
  });
  await goesOn({ app, tab });
});

for (const [what, script] of [
  ['storage that is forbidden', "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"],
  ['storage that is missing', "Object.defineProperty(window, 'sessionStorage', { value: null })"],
  ['storage that forgets at once', "Storage.prototype.setItem = () => {}; Storage.prototype.getItem = () => null"],
])
  conversation(`bad input: ${what}`, FORM, goesOn, { prepare: ({ tab }) => tab.addInitScript(script) });

for (const [what, kept] of Object.entries({ 'no JSON': '{', 'another shape': '{"a":1}', 'an older shape': '["id",["token-9",1]]', 'null': 'null', 'numbers': '[1,[2,3,4,5,[[6,7]]]]', 'names as objects have them': '[0.5,["t",0,0,0,[[["__proto__"],"__proto__"]]]]' }))
  conversation(`bad input: storage that holds ${what}`, FORM, async ({ app, tab }) => {
    await tab.click('#inc');
    await shows(tab, '#n', '1');
    await app.quiet(tab);
    // Whatever the script keeps is written when it leaves; this comes after.
    await tab.evaluate((kept) => {
      const keys = Object.keys(sessionStorage);
      addEventListener('pagehide', () => keys.forEach((key) => sessionStorage.setItem(key, kept)));
    }, kept);
    await tab.reload();
    await app.until(() => app.joins === 2);
    await tab.locator('.lv-connected').waitFor({ state: 'attached' });
    await tab.click('#inc');
    await shows(tab, '#n', '2');
  }, { expected: /./ });

/* Clocks. */

const shift = (ms) => {
  const now = Date.now;
  Date.now = () => now() + ms;
};
const NOTED = (attribute) => ({
  state: { text: '', n: 0 },
  render: ({ text, n }) => `<p id="n">${n}</p>${BUTTON}<form id="form" data-lv-change="edit"><input id="f" name="f" value="${h(text)}" ${attribute}></form>`,
  handle: FORM.handle,
});

for (const [what, ms] of [['an hour back', -3_600_000], ['a year ahead', 31_536_000_000]])
  for (const attribute of ['data-lv-throttle="100"', 'data-lv-debounce="100"', ''])
    conversation(`bad input: a clock that jumps ${what}${attribute && `, ${attribute}`}`, NOTED(attribute), async ({ app, tab }) => {
      await type(tab, '#f', 'a');
      await app.until(() => app.state.text === 'a');
      await tab.evaluate(shift, ms);
      await tab.keyboard.type('bc');
      await app.until(() => app.state.text === 'abc');
      await app.quiet(tab);
      assert.equal(await valueOf(tab, '#f'), 'abc');
      await tab.click('#inc');
      await shows(tab, '#n', '1');
    });

conversation('bad input: a clock that jumps back while a click is throttled: the button works again', {
  ...FORM,
  render: ({ n }) => `<p id="n">${n}</p><button id="inc" data-lv-click="inc" data-lv-throttle="50">+</button>`,
}, async ({ app, tab }) => {
  await tab.click('#inc');
  await shows(tab, '#n', '1');
  await tab.evaluate(shift, -3_600_000);
  await tab.evaluate(() => new Promise((done) => setTimeout(done, 80))); // past the throttle
  await tab.click('#inc');
  await shows(tab, '#n', '2');
});

conversation('bad input: a clock that jumps ahead while an event is pending: nothing is lost, and the notice goes', FORM, async ({ app, tab }) => {
  app.hold();
  await tab.click('#inc');
  await tab.evaluate(shift, 3_600_000);
  await app.until(() => app.held() > 0);
  app.release();
  await shows(tab, '#n', '1');
  await becomes(tab, () => document.querySelector('.lv-notice').textContent, '');
});

/* Values. */

conversation('bad input: lone surrogates and odd characters in a field', FORM, async ({ app, tab }) => {
  await tab.evaluate(() => {
    const field = document.querySelector('#f');
    field.value = 'a\ud800b\u0000\u2028\u{1f600}';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await app.until(() => app.events.length === 1);
  assert.equal(app.events[0].form.get('f'), 'a\ufffdb\u0000\u2028\u{1f600}');
  await app.quiet(tab);
  assert.equal(app.joins, 1);
});

conversation('bad input: names of events and fields that are empty, long or odd', {
  state: { n: 0 },
  render: ({ n }) => `<p id="n">${n}</p><form id="form" data-lv-change="edit"><input class="f" name=""><input class="f" name="${'n'.repeat(300)}"><input class="f" name="a&quot;b'c&lt;"><input class="f" name="ä[]"></form>`,
  handle: (state) => void state.n++,
}, async ({ app, tab }) => {
  for (const field of await tab.locator('.f').all()) {
    await field.click();
    await tab.keyboard.type('x');
    await app.quiet(tab);
  }
  assert.deepEqual(app.events.at(-1).pairs, ['n'.repeat(300), 'x', 'a"b\'c<', 'x', 'ä[]', 'x']);
  assert.equal(app.joins, 1);
});

for (const [attribute, value] of [['data-lv-debounce', 'soon'], ['data-lv-debounce', '-5'], ['data-lv-throttle', 'x'], ['data-lv-throttle', '-1'], ['data-lv-debounce', '1e99']])
  conversation(`bad input: ${attribute}="${value}" stops nothing`, NOTED(`${attribute}="${value}"`), async ({ app, tab }) => {
    await type(tab, '#f', 'abc');
    await tab.click('#inc');
    await app.until(() => app.state.text === 'abc' && app.state.n === 1);
  });

for (const attribute of ['data-lv-loading-show="[["', 'data-lv-loading-hide="[["', 'data-lv-loading-disable="[["', 'data-lv-loading-disable="#none"', 'data-lv-loading-class="  "', 'data-lv-key="["'])
  conversation(`bad input: ${attribute} stops nothing`, {
    ...FORM,
    render: ({ n }) => `<p id="n">${n}</p><button id="inc" data-lv-click="inc" ${attribute}>+</button>`,
  }, async ({ tab }) => {
    await tab.click('#inc');
    await shows(tab, '#n', '1');
    await tab.click('#inc');
    await shows(tab, '#n', '2');
  }, { expected: /not a valid selector/ });
