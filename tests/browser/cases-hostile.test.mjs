// Situations in which several things come together: text typed between a submit and its answer and a reload, markup that moves while it is
// in use, copies and names that a page's own scripts bring in, and pages with thousands of fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { h } from './client/app.mjs';
import { check, hash, viewOf } from './client/fake.mjs';
import { becomes, conversation, holds, live, type, valueOf } from './client/tab.mjs';

const away = (tab) => tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
const shows = (tab, selector, text) => becomes(tab, (selector) => document.querySelector(selector)?.textContent, text, selector);
const INC = '<button id="inc" data-lv-click="inc">+</button>';

/* Between a submit and its answer. */

/** A chat whose draft the server knows, too. */
const DRAFT = {
  state: { text: '', said: [] },
  render: ({ text, said }) =>
    `<p id="said">${h(said.join())}</p><form id="form" data-lv-change="typing" data-lv-submit="say"><input id="text" name="text" value="${h(text)}"></form>`,
  handle: (state, { name, form }) => {
    state.text = form.get('text');
    if (name === 'say') state.said.push(state.text), (state.text = '');
  },
};

conversation('two messages before the first answer, in a field whose draft the server keeps: neither comes back as a draft', DRAFT, async ({ app, tab }) => {
  app.deafen();
  await tab.focus('#text');
  for (const text of ['one', 'two']) {
    await tab.keyboard.type(text);
    await tab.keyboard.press('Enter');
  }
  app.hear();
  await app.until(() => app.state.said.length === 2);
  await app.quiet(tab);
  assert.deepEqual([app.state.said, await valueOf(tab, '#text'), app.state.text], [['one', 'two'], '', '']);
});

/** A chat that resets its form, as a handler may, and refuses what is bad. */
const RESET = {
  state: { said: [] },
  render: ({ said }) => `<p id="said">${h(said.join())}</p><form id="form" data-lv-submit="say"><input id="text" name="text" value=""></form>`,
  handle: (state, { form }, call) => {
    const text = form.get('text');
    if (text.startsWith('bad')) return call.refuse();
    state.said.push(text);
    call.reset('#form');
  },
};

conversation('the next message begins with the words of the one that was sent, and the server resets the form: all of it stays', RESET, async ({ app, tab }) => {
  app.deafen();
  await tab.focus('#text');
  await tab.keyboard.type('hi');
  await tab.keyboard.press('Enter');
  await tab.keyboard.type('hi again');
  app.hear();
  await shows(tab, '#said', 'hi');
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#text'), 'hi again');
});

conversation('a refused message, another in its place, and more typed: the answers take out what was said, and nothing else', RESET, async ({ app, tab }) => {
  app.deafen();
  await tab.focus('#text');
  await tab.keyboard.type('bad');
  await tab.keyboard.press('Enter');
  await tab.keyboard.press('Control+a');
  await tab.keyboard.type('good');
  await tab.keyboard.press('Enter');
  await tab.keyboard.type(' and more');
  app.hear();
  await shows(tab, '#said', 'good');
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#text'), ' and more');
});

conversation('a symbol is replaced by a similar one while the message is on its way: no half of it is left', RESET, async ({ app, tab }) => {
  app.deafen();
  await tab.focus('#text');
  await tab.keyboard.type('hi \u{1f600}');
  await tab.keyboard.press('Enter');
  await tab.keyboard.press('Backspace');
  await tab.keyboard.type('\u{1f601}');
  app.hear();
  await shows(tab, '#said', 'hi \u{1f600}');
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#text'), '\u{1f601}');
});

conversation('fields that are disabled while an event is pending are part of a submit that follows', {
  state: { saved: [] },
  render: ({ saved }) =>
    `<p id="saved">${h(saved.join())}</p><form id="form" data-lv-change="edit" data-lv-loading-disable="#text" data-lv-submit="save"><input id="text" name="text" value=""><button id="save">Save</button></form>`,
  handle: (state, { name, form }) => void (name === 'save' && state.saved.push(form.get('text'))),
}, async ({ app, tab }) => {
  app.deafen();
  await type(tab, '#text', 'a');
  await tab.click('#save');
  app.hear();
  await app.until(() => app.state.saved.length === 1);
  assert.deepEqual(app.state.saved, ['a']);
});

/* Over a reload. */

conversation('typed after a submit that waits, and loaded again: the text typed since is there when the answer comes', {
  state: { n: 0, said: [] },
  render: ({ n, said }) =>
    `${INC}<p id="n">${n}</p><p id="said">${h(said.join())}</p><form id="form" data-lv-submit="say" autocomplete="off"><input id="text" name="text" value=""></form>`,
  handle: (state, { name, form }) => void (name === 'inc' ? state.n++ : state.said.push(form.get('text'))),
}, async ({ app, tab }) => {
  await tab.click('#inc');
  await shows(tab, '#n', '1');
  app.offline();
  await away(tab);
  await type(tab, '#text', 'one');
  await tab.keyboard.press('Enter');
  await tab.keyboard.type(' two');
  await tab.reload();
  await app.online(tab);
  await shows(tab, '#said', 'one');
  await app.quiet(tab);
  assert.match(await valueOf(tab, '#text'), / two$/);
});

conversation('a form comes in front of others while a submit waits over a reload: the answer is for the form that was submitted', {
  state: { n: 0, rows: ['b', 'c'], saved: [] },
  render: ({ n, rows }) =>
    `${INC}<p id="n">${n}</p>` +
    rows.map((row) => `<form id="form-${row}" data-lv-submit="save" data-lv-value-row="${row}" autocomplete="off"><input id="${row}" name="text" value=""></form>`).join(''),
  handle: (state, { name, values, form }) => void (name === 'inc' ? state.n++ : state.saved.push(values.get('row') + form.get('text'))),
}, async ({ app, tab }) => {
  await tab.click('#inc');
  await shows(tab, '#n', '1');
  app.offline();
  await away(tab);
  await type(tab, '#b', 'draft');
  await type(tab, '#c', 'sent');
  await tab.keyboard.press('Enter');
  app.change((state) => state.rows.unshift('a'));
  await tab.reload();
  await app.online(tab);
  await app.until(() => app.state.saved.length === 1);
  await app.quiet(tab);
  assert.deepEqual([app.state.saved, await valueOf(tab, '#b'), await valueOf(tab, '#c')], [['csent'], 'draft', '']);
});

for (const [what, html] of [
  ['three fields of one name', '<form id="form" data-lv-submit="save" autocomplete="off"><input name="tag"><input name="tag"><input name="tag"></form>'],
  ['three forms without an id', '<form data-lv-submit="save" autocomplete="off"><input name="tag"></form>'.repeat(3)],
])
  conversation(`${what}, the last one filled in, then the first: each has its own text after a reload`, { state: {}, render: () => html }, async ({ app, tab }) => {
    await type(tab, 'input >> nth=2', 'last');
    await type(tab, 'input >> nth=0', 'first');
    await tab.reload();
    await app.until(() => app.joins === 2);
    await app.shown(tab);
    assert.deepEqual(await tab.evaluate(() => [...document.querySelectorAll('input')].map(({ value }) => value)), ['first', '', 'last']);
  });

conversation('a password that a script shows as text is kept nowhere', {
  state: { n: 0 },
  render: ({ n }) => `${INC}<p id="n">${n}</p><form id="form" data-lv-submit="login"><input id="password" name="password" type="password" value=""></form>`,
  handle: (state) => void state.n++,
}, async ({ app, tab }) => {
  await type(tab, '#password', 'secret');
  await tab.evaluate(() => (document.querySelector('#password').type = 'text'));
  await tab.click('#inc');
  await shows(tab, '#n', '1');
  await app.quiet(tab);
  assert.doesNotMatch(await tab.evaluate(() => JSON.stringify({ ...sessionStorage })), /secret/);
});

/* Markup that moves while it is in use. */

for (const [from, to] of [['left', 'right'], ['right', 'left']])
  conversation(`a form moves from the ${from} region to the ${to} one: what was typed comes with it`, {
    state: { place: from },
    render: ({ place }) => {
      const form = '<form id="form" data-lv-submit="save"><input id="text" name="text" value=""></form>';
      return { '': '<div data-lv-region="left"></div><div data-lv-region="right"></div>', left: place === 'left' ? form : '', right: place === 'right' ? form : '' };
    },
  }, async ({ app, tab }) => {
    await type(tab, '#text', 'mine');
    app.change((state) => (state.place = to));
    await becomes(tab, (to) => !!document.querySelector(`[data-lv-region=${to}] #text`), true, to);
    await app.shown(tab);
    assert.equal(await valueOf(tab, '#text'), 'mine');
  });

conversation('a field is told although a patch puts another element in its place during its pause', {
  state: { text: '', isBoxed: false },
  render: ({ text, isBoxed }) => {
    const field = `<input class="text" name="text" value="${h(text)}" data-lv-change="edit" data-lv-debounce="400">`;
    return isBoxed ? `<section>${field}</section>` : field;
  },
  handle: (state, { form }) => void (state.text = form.get('text')),
}, async ({ app, tab }) => {
  await type(tab, '.text', 'abc');
  app.change((state) => (state.isBoxed = true));
  await tab.locator('section').waitFor({ state: 'attached' });
  await holds(tab, '.text', 'abc');
  await app.until(() => app.state.text === 'abc');
});

conversation('the form of a field with form="…" comes later: what was typed stays', {
  state: { isOpen: false },
  render: ({ isOpen }) => `<input id="text" name="text" form="later" value=""><div>${isOpen ? '<form id="later" data-lv-submit="save"></form>' : ''}</div>`,
}, async ({ app, tab }) => {
  await type(tab, '#text', 'mine');
  app.change((state) => (state.isOpen = true));
  await tab.locator('#later').waitFor({ state: 'attached' });
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#text'), 'mine');
});

test('a list that was told takes what the server chooses, where one option alone is patched', live(
  '<select id="list" name="list" multiple data-lv-change="pick"><option id="a" value="a" selected="">a</option><option id="b" value="b">b</option></select>',
  async ({ tab, connection }) => {
    await tab.selectOption('#list', ['b']);
    const { id } = await connection.event();
    connection.update({ applied: id });
    connection.update({ applied: id, patches: ['', 1, [0, 2, 'b', '<option id="b" value="b" selected="">b</option>']] });
    await becomes(tab, () => [...document.querySelector('#list').selectedOptions].map(({ value }) => value).join(), 'a,b');
  },
));

/* What a page's own scripts bring in. */

conversation('a region shows its news although a script has put a copy of it in front', {
  state: { n: 0 },
  render: ({ n }) => ({ '': `${INC}<div id="box"><p data-lv-region="r"></p></div>`, r: `<b>${n}</b>` }),
  handle: (state) => void state.n++,
}, async ({ tab }) => {
  // As sliders do that go round.
  await tab.evaluate(() => {
    const box = document.querySelector('#box');
    box.prepend(box.firstChild.cloneNode(true));
  });
  await tab.click('#inc');
  await shows(tab, '#box > :last-child b', '1');
});

const PANEL = (x, y) => `<b id="x">${x}</b><b id="y">${y}</b>`;
test('a region that a script takes out while it changes is up to date once it is back', live(`<i data-lv-region="a">${PANEL(1, 1)}</i>`, async ({ tab, connection }) => {
  const patch = (region, html, id, text) => connection.update({ patches: [region, check(html), [0, hash('a', html).readUInt32LE(4), id, `<b id="${id}">${text}</b>`]] });
  await tab.evaluate(() => (window.panel = document.querySelector('i')).remove());
  patch('a', PANEL(2, 1), 'x', 2);
  connection.update({ title: 'passed' });
  await becomes(tab, () => document.title, 'passed');
  await tab.evaluate(() => document.querySelector('main').append(panel));
  patch(0, PANEL(2, 3), 'y', 3);
  // Where the browser asks for the region, it gets it.
  void connection.take(4).then(() => connection.whole(0, [0, PANEL(2, 3)]), () => {});
  await becomes(tab, () => document.querySelector('i').innerHTML, PANEL(2, 3));
}, { view: viewOf(['', '<i data-lv-region="a"></i>'], ['a', PANEL(1, 1)]) }));

conversation('an editor that a script has made tells its text', {
  state: { text: '' },
  render: () => '<div id="box" data-lv-change="edit"></div>',
  handle: (state, { form }) => void (state.text = form.get('value')),
}, async ({ app, tab }) => {
  await tab.evaluate(() => {
    const editor = document.createElement('div');
    editor.id = 'editor';
    editor.contentEditable = 'true';
    document.querySelector('#box').append(editor);
  });
  await tab.click('#editor');
  await tab.keyboard.type('abc');
  await app.until(() => app.state.text === 'abc');
});

conversation("a function that the server calls may open the connection anew", {
  state: { n: 0 },
  render: ({ n }) => `${INC}<p id="n">${n}</p>`,
  handle: (state) => void state.n++,
}, async ({ app, tab }) => {
  await tab.evaluate(() => live.register('again', () => (live.disconnect(), live.connect())));
  app.command(4, 'again', '{}');
  await app.until(() => app.joins === 2 && app.connected() === 1);
  await tab.locator('.lv-connected').waitFor({ state: 'attached' });
  await tab.click('#inc');
  await shows(tab, '#n', '1');
});

conversation('the server focuses and scrolls to a form with fields named focus and scrollIntoView', {
  state: {},
  render: () => '<p>x</p>'.repeat(200) + '<form id="form" tabindex="-1"><input name="focus"><input name="scrollIntoView"></form>',
}, async ({ app, tab }) => {
  app.command(2, '#form', 'center');
  await becomes(tab, () => scrollY > 0, true);
  app.command(1, '#form');
  await becomes(tab, () => document.activeElement.id, 'form');
});

/* Markup that is read in another way than it is written. */

conversation('elements of SVG that are named as fields are none', {
  state: { n: 0 },
  render: ({ n }) => `<form id="form" data-lv-change="edit"><svg><select name="a"></select><input name="b"></input><textarea name="c"></textarea></svg></form>${INC}<p id="n">${n}</p>`,
  handle: (state) => void state.n++,
}, async ({ app, tab }) => {
  await tab.click('#inc');
  await shows(tab, '#n', '1');
  await app.quiet(tab);
  assert.deepEqual(app.events.map(({ name }) => name), ['inc']);
});

conversation("values that fields can't show are no edits of the user's", {
  state: { number: '1,5', mail: ' a@b.example ', text: 'a\nb' },
  render: ({ number, mail, text }) =>
    `<form id="form" data-lv-change="edit"><input id="number" name="n" type="number" value="${number}"><input id="mail" name="m" type="email" value="${mail}"><input id="text" name="t" value="${text}"></form>`,
}, async ({ app, tab }) => {
  await app.quiet(tab);
  assert.deepEqual(app.events, []);
  app.change((state) => Object.assign(state, { number: '2', mail: 'c@d.example', text: 'c' }));
  await app.shown(tab);
  assert.deepEqual([await valueOf(tab, '#number'), await valueOf(tab, '#mail'), await valueOf(tab, '#text')], ['2', 'c@d.example', 'c']);
});

conversation('data in a script that speaks of noscript arrives as it is', {
  state: { n: 0 },
  render: ({ n }) => `<script type="application/json" id="data">{"n":${n},"html":"<noscript>x</noscript>"}</script>${INC}`,
  handle: (state) => void state.n++,
}, async ({ app, tab }) => {
  await tab.click('#inc');
  await becomes(tab, () => JSON.parse(document.querySelector('#data').textContent).n, 1);
  await app.shown(tab);
  assert.equal(await tab.evaluate(() => JSON.parse(document.querySelector('#data').textContent).html), '<noscript>x</noscript>');
});

/* Many fields. */

for (const [what, row] of [
  ['rows whose fields are numbered in their names', (i) => `<p><input name="items[${i}][text]" value="${i}"><input name="items[${i}][note]" value=""></p>`],
  ['groups of radio buttons', (i) => `<p><input type="radio" name="r${i}" value="a" checked=""><input type="radio" name="r${i}" value="b"></p>`],
])
  conversation(`four times as many ${what} cost about four times as much`, {
    state: { n: 0, rows: 150 },
    render: ({ n, rows }) => `${INC}<p id="n">${n}</p><div id="list">${Array.from({ length: rows }, (_, i) => row(i)).join('')}</div>`,
    handle: (state) => void state.n++,
  }, async ({ app, tab }) => {
    // How long the page is busy with a frame.
    await tab.evaluate(() => {
      window.costs = [];
      live.on('receive', () => {
        const began = performance.now();
        queueMicrotask(() => costs.push(performance.now() - began));
      });
    });
    const cost = async (rows) => {
      app.change((state) => (state.rows = rows));
      await app.shown(tab);
      const all = [];
      for (let i = 0; i < 4; i++) {
        await tab.evaluate(() => (window.costs = []));
        await tab.click('#inc');
        await app.quiet(tab);
        all.push(await tab.evaluate(() => Math.max(...costs)));
      }
      return Math.min(...all);
    };
    const [few, many] = [await cost(150), await cost(600)];
    assert.ok(many < 7 * few + 20, `${few} ms for 150, ${many} ms for 600`);
  });
