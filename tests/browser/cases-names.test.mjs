// Names that pages give to fields, forms and images, and that elements, the document and plain objects have as members.
import assert from 'node:assert/strict';
import { becomes, conversation } from './client/tab.mjs';
import { h } from './client/app.mjs';

// Nothing in this file reads a member of the document or of a form by its name.
const read = (selector) => Document.prototype.querySelector.call(document, selector)?.value;
const text = (selector) => Reflect.get(Node.prototype, 'textContent', Document.prototype.querySelector.call(document, selector));
const focus = (selector) => HTMLElement.prototype.focus.call(Document.prototype.querySelector.call(document, selector));
const click = (selector) => HTMLElement.prototype.click.call(Document.prototype.querySelector.call(document, selector));

/** A form that is told, saved and patched; `names` are those of its fields, `around` stands beside it. */
const page = (names, { around = '', attributes = '' } = {}) => ({
  state: { n: 0, told: [], saved: [], names },
  render: ({ n, told, saved, names }) =>
    `<p class="n">${n}</p><p class="told">${told.length}</p><p class="saved">${saved.length}</p><button class="inc" data-lv-click="inc">+</button>` +
    `<form class="form c${n}" data-lv-change="edit" data-lv-submit="save" ${attributes}>${names.map((name, i) => `<input class="f${i}" name="${h(name)}" value="">`).join('')}<button class="save">Save</button></form>${around}`,
  handle: (state, { name, pairs }) => {
    if (name === 'inc') state.n++;
    if (name === 'edit') state.told.push(pairs);
    if (name === 'save') state.saved.push(pairs);
  },
});

/** Everything works: a change, a patch, a submit, which empties the field, another connection. */
async function works({ app, tab }, names, i = 0) {
  const field = `.f${i}`;
  await tab.evaluate(focus, field);
  await tab.keyboard.type('x');
  await app.until(() => app.state.told.length === 1);
  const wanted = names.flatMap((name, at) => [name, at === i ? 'x' : '']);
  assert.deepEqual(app.state.told[0], wanted);
  await tab.evaluate(click, '.inc');
  await becomes(tab, text, '1', '.n');
  assert.equal(await tab.evaluate(read, field), 'x');
  await tab.keyboard.press('Enter');
  await app.until(() => app.state.saved.length === 1);
  assert.deepEqual(app.state.saved[0], wanted);
  await becomes(tab, read, '', field);
  app.server.cut();
  await app.online(tab);
  await tab.evaluate(click, '.inc');
  await becomes(tab, text, '2', '.n');
  await tab.evaluate(focus, field);
  await tab.keyboard.type('y');
  await app.until(() => app.state.told.length === 2);
  // Another title.
  await app.shown(tab);
}

/** The others are in the forms of all names. */
const MEMBERS = [
  // Of nodes and elements.
  'parentNode', 'attributes', 'matches', 'childNodes', 'getAttribute', 'querySelectorAll', 'closest', 'contains', 'isConnected', 'id', 'ownerDocument', 'addEventListener',
  // Of forms.
  'elements', 'reset', 'requestSubmit', 'name', 'method', 'length',
];
for (const name of MEMBERS) conversation(`H-F: a field named ${name}`, page([name]), (test) => works(test, [name]));

const OBJECT = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'isPrototypeOf'];
for (const name of OBJECT) conversation(`H-F: a field named as objects have members: ${name}`, page([name]), (test) => works(test, [name]));

conversation('H-F: a form with fields of every name that forms, elements and nodes have', page(['f']), async ({ app, tab }) => {
  const names = await tab.evaluate(() => {
    const all = new Set();
    for (let type = HTMLFormElement.prototype; type; type = Object.getPrototypeOf(type)) for (const name of Object.getOwnPropertyNames(type)) all.add(name);
    return [...all].sort();
  });
  assert.ok(names.length > 250);
  app.change((state) => (state.names = names));
  await becomes(tab, (i) => !!Document.prototype.querySelector.call(document, `.f${i}`), true, names.length - 1);
  await works({ app, tab }, names, 7);
});

conversation('H-F: the same, from the start', page([]), async ({ app, tab }) => {
  const { names } = app.state;
  await works({ app, tab }, names, names.length - 1);
}, {
  prepare: async ({ app, tab }) => {
    app.state.names = await tab.evaluate(() => {
      const all = new Set();
      for (let type = HTMLFormElement.prototype; type; type = Object.getPrototypeOf(type)) for (const name of Object.getOwnPropertyNames(type)) all.add(name);
      return [...all].sort();
    });
  },
});

/** Names of the document that a script may read. */
const OF_DOCUMENT = ['querySelector', 'querySelectorAll', 'implementation', 'forms', 'title', 'activeElement', 'createElement', 'addEventListener', 'body', 'getElementById'];
for (const name of OF_DOCUMENT) {
  conversation(`H-F: <form name=${name}>`, page(['f'], { attributes: `name="${name}"` }), (test) => works(test, ['f']));
  conversation(`H-F: <img name=${name}>`, page(['f'], { around: `<img name="${name}" alt="">` }), (test) => works(test, ['f']));
}
for (const [tag, name] of [['iframe', 'querySelector'], ['embed', 'implementation'], ['object', 'createElement']])
  conversation(`H-F: <${tag} name=${name}>`, page(['f'], { around: `<${tag} name="${name}"></${tag}>` }), (test) => works(test, ['f']));

conversation('H-F: images of every name that the document has', { ...page(['f']), render: (state) => page([]).render(state) + state.images.map((name) => `<img name="${h(name)}" alt="">`).join(''), state: { ...page(['f']).state, images: [] } }, (test) => works(test, ['f']), {
  prepare: async ({ app, tab }) => {
    app.state.images = await tab.evaluate(() => {
      const all = new Set();
      for (let type = Document.prototype; type; type = Object.getPrototypeOf(type)) for (const name of Object.getOwnPropertyNames(type)) all.add(name);
      // Chromium keeps this one for itself.
      return [...all].filter((name) => name !== 'location').sort();
    });
  },
});

for (const id of ['live', 'sessionStorage', 'customElements', '__proto__'])
  conversation(`H-F: an element whose id is ${id}`, page(['f'], { around: `<p id="${id}">x</p>` }), (test) => works(test, ['f']));

/* Names as keys of maps. */

for (const name of OBJECT) {
  conversation(`H-F: an event, a value, a target and a region named ${name}`, {
    state: { n: 0 },
    render: ({ n }) => ({ '': `<div data-lv-region="${name}"></div><button id="b" data-lv-click="${name}" data-lv-value-${name}="1" data-lv-target="${name}">x</button>`, [`${name}`]: `<b id="n">${n}</b>` }),
    handle: (state) => void state.n++,
  }, async ({ app, tab }) => {
    await tab.click('#b');
    await becomes(tab, () => document.querySelector('#n').textContent, '1');
    const [event] = app.events;
    assert.deepEqual([event.name, event.target, [...event.values]], [name, name, [[name.toLowerCase(), '1']]]);
    assert.equal(await tab.evaluate(() => ({}).polluted), undefined);
  });

  conversation(`H-F: a function and a listener named ${name}`, { render: () => '' }, async ({ app, tab }) => {
    // Nobody registered it: nothing is called, and the next command runs.
    app.command(4, name, '{"polluted":1}');
    await tab.evaluate((name) => {
      live.register('next', () => (window.next = true));
      live.on(name, () => (window.heard = true));
    }, name);
    app.command(4, 'next', '{}');
    await becomes(tab, () => window.next, true);
    await tab.evaluate((name) => live.register(name, ({ n }) => (window.called = n)), name);
    app.command(4, name, '{"n":7}');
    await becomes(tab, () => window.called, 7);
    assert.deepEqual(await tab.evaluate(() => [({}).polluted, window.heard]), [undefined, undefined]);
  }, { expected: /./ });
}

conversation('H-F: live.push with names as objects have them', { render: () => '' }, async ({ app, tab }) => {
  await tab.evaluate(() => live.push('__proto__', JSON.parse('{"__proto__":"a","constructor":"b"}')));
  await app.until(() => app.events.length === 1);
  assert.deepEqual([app.events[0].name, [...app.events[0].values]], ['__proto__', [['__proto__', 'a'], ['constructor', 'b']]]);
});

for (const name of ['__proto__', 'constructor', 'elements', 'attributes'])
  conversation(`H-F: fields and rows named ${name} are filled in again after a restart`, {
    state: { n: 0, told: '' },
    render: ({ n, told }) => `<p class="n">${n}</p><button class="inc" data-lv-click="inc">+</button><form id="${name}" data-lv-change="edit"><p data-lv-key="${name}"><input class="f" name="${name}" value="${h(told)}"><input type="radio" class="r1" name="${name}r" value="1" checked><input type="radio" class="r2" name="${name}r" value="2"></p></form>`,
    handle: (state, { name: event, form }) => {
      if (event === 'inc') state.n++;
      else state.told = form.get(name);
    },
  }, async ({ app, tab }) => {
    await tab.evaluate(click, '.inc');
    await becomes(tab, text, '1', '.n');
    await tab.evaluate(focus, '.f');
    await tab.keyboard.type('mine');
    await tab.evaluate(click, '.r2');
    await app.until(() => app.state.told === 'mine');
    await app.quiet(tab);
    app.restart();
    await app.online(tab);
    await app.until(() => app.state.told === 'mine');
    assert.equal(await tab.evaluate(read, '.f'), 'mine');
    assert.equal(await tab.evaluate(() => Reflect.get(HTMLInputElement.prototype, 'checked', Document.prototype.querySelector.call(document, '.r2'))), true);
  });
