// Focus, scrolling, what is read aloud; tabs that are left, sleep and wake.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { h } from './client/app.mjs';
import { page, setVisible, told } from './client/note-page.mjs';
import { becomes, conversation, live, type, valueOf } from './client/tab.mjs';

/* Focus, scrolling, and what is read aloud. */

conversation('a field that comes with autofocus takes nothing from the one that the user types in', page(({ n }) => `<input id="f" name="f" value="">${n ? '<input id="g" name="g" value="" autofocus="">' : ''}`), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.type('one');
  app.change((state) => (state.n = 1));
  await app.shown(tab);
  await tab.keyboard.type(' two');
  assert.deepEqual([await valueOf(tab, '#f'), await valueOf(tab, '#g')], ['one two', '']);
});

conversation('Tab goes on to the next field although the field that is left gets an error between', page(({ error }) => `<input id="f" name="f" data-lv-blur="check">${error ? '<p>Wrong <a href="#help">Help</a></p>' : ''}<input id="g" name="g" value="">`, {
  handle: (state) => void (state.error = true),
}), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.press('Tab');
  await tab.keyboard.type('a');
  await app.until(() => app.state.error);
  await app.quiet(tab);
  await tab.keyboard.type('b');
  assert.equal(await valueOf(tab, '#g'), 'ab');
});

for (const [where, add] of [['above', (list) => list.unshift('new')], ['below', (list) => list.push('new')]])
  conversation(`a message that comes ${where} the others is all that a screen reader has to read`, page(({ list, n }) => `<h2>${list.length}</h2><ul id="log" role="log" aria-live="polite">${list.map((text) => `<li><b>user</b> <span>${h(text)}</span></li>`).join('')}</ul>`, { state: { list: ['one', 'two', 'two', 'three'] } }), async ({ app, tab }) => {
    await tab.evaluate(() => {
      window.read = [];
      new MutationObserver((records) => {
        for (const { type, target, addedNodes } of records) read.push(...(type === 'childList' ? [...addedNodes].map((node) => node.textContent) : [`${type} ${target.textContent}`]));
      }).observe(document.querySelector('#log'), { subtree: true, childList: true, characterData: true, attributes: true });
    });
    app.change((state) => add(state.list));
    await app.shown(tab);
    assert.deepEqual(await tab.evaluate(() => read), ['user new']);
  });

conversation('a reader of a long list stays with the same row when rows come above', page(({ list }) => `<div id="box">${list.map((row) => `<p class="row">${row}</p>`).join('')}</div>`, { state: { list: Array.from({ length: 50 }, (_, i) => `row ${i}`) } }), async ({ app, tab }) => {
  const place = () => Math.round([...document.querySelectorAll('.row')].find((row) => row.textContent === 'row 20').getBoundingClientRect().top);
  await tab.evaluate(() => {
    const box = document.querySelector('#box');
    box.style.cssText = 'height: 200px; overflow: auto';
    box.scrollTop = [...box.children][20].offsetTop - box.offsetTop;
  });
  await tab.waitForTimeout(100); // the browser notes it when it paints
  const before = await tab.evaluate(place);
  app.change((state) => (state.list = ['new 1', 'new 2', 'new 3', ...state.list]));
  await app.shown(tab);
  await becomes(tab, place, before);
});

/* Leaving, sleeping, waking, deploys. */

const LATE = page(({ text }) => `<input id="f" name="f" value="${h(text)}" data-lv-change="edit" data-lv-debounce="60000">`, {
  routes: { '/other': (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('other') },
});

conversation('what was typed just before the user went to another page is told', LATE, async ({ app, tab }) => {
  await type(tab, '#f', 'note');
  await tab.goto(`${app.url}/other`);
  await app.until(() => app.state.text === 'note');
});

conversation('what was typed just before the user went to another tab, which may be for good, is told', LATE, async ({ app, tab }) => {
  await type(tab, '#f', 'note');
  await setVisible(tab, 'hidden');
  await app.until(() => app.state.text === 'note');
});

test('a tab that the user comes back to asks at once whether its connection is alive', live('', async ({ tab, connection }) => {
  await setVisible(tab, 'hidden');
  await setVisible(tab, 'visible');
  await connection.take(3, [2]);
}));

test('a tab that the user comes back to connects at once, however long it had decided to wait', live('', async ({ tab, server, connection }) => {
  await tab.evaluate(() => (Math.random = () => 0.999));
  server.refusing = true;
  connection.terminate();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  for (let i = 0; i < 6; i++) {
    await tab.clock.runFor(20_000);
    await tab.waitForTimeout(50); // an attempt fails by itself
  }
  server.refusing = false;
  await setVisible(tab, 'hidden');
  await setVisible(tab, 'visible');
  await server.welcomed({ flags: 1 });
}, { clock: true, expected: /WebSocket|ERR_/ }));

test('a page of which there is a new version is not loaded again under the hands of who types', live('<input id="f" name="f" value="" data-lv-change="edit">', async ({ tab, server, connection }) => {
  await type(tab, '#f', 'a');
  await connection.event();
  connection.terminate();
  const second = await server.connection();
  second.welcome({ flags: 1, version: 'ffffffff' });
  const answering = (async () => {
    for (;;) second.update({ applied: (await second.event()).id });
  })().catch(() => {});
  await tab.waitForTimeout(100);
  await tab.keyboard.type('bcd', { delay: 100 });
  assert.deepEqual([server.loads, await valueOf(tab, '#f'), await tab.evaluate(() => document.activeElement.id)], [1, 'abcd', 'f']);
  await tab.evaluate(() => document.activeElement.blur());
  second.update({ title: 'left' });
  await server.welcomed();
  assert.equal(server.loads, 2);
  await answering;
}));

for (const [what, html, read] of [
  ['a field', '<form data-lv-submit="save"><input id="f" name="f" value=""></form>', () => document.querySelector('#f').value],
  ['an editable element', '<div id="f" contenteditable="" data-lv-change="edit"></div>', () => document.querySelector('#f').textContent],
])
  test(`what was typed into ${what}, and not told, is there again when the session of a laptop that slept is over`, live(html, async ({ tab, server, connection }) => {
    connection.terminate();
    const second = await server.connection();
    await type(tab, '#f', 'mine');
    second.close(4001, 'token');
    await server.welcomed();
    assert.equal(server.loads, 2);
    await becomes(tab, read, 'mine');
  }, { expected: /WebSocket|ERR_/ }));
