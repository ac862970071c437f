// B-F: a patch in which something throws, or moves, or takes nodes out.
import assert from 'node:assert/strict';
import { becomes, conversation, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';

/** A counter, beside what makes trouble. */
const counter = (trouble, script = '', more = {}) => ({
  state: { n: 0, got: [] },
  render: (state) => `<p id="n">${state.n}</p><button id="inc" data-lv-click="inc">+</button>${trouble(state)}<p id="after">after ${state.n}</p>`,
  handle: (state, { name, form }) => {
    if (name === 'inc') state.n++;
    else state.got.push([...form].map((pair) => pair.join('=')));
  },
  after: script && `<script>${script}</script>`,
  ...more,
});

/** The page shows each number up to three, on the connection that it has; what it lacks comes to another one. */
async function counts({ app, tab }, { settled } = {}) {
  for (const n of [1, 2, 3]) {
    await tab.click('#inc');
    await becomes(tab, () => document.querySelector('#n').textContent, String(n));
    await becomes(tab, () => document.querySelector('#after').textContent, `after ${n}`);
  }
  assert.equal(app.joins, 1, 'the connection stays');
  await app.quiet(tab);
  if (settled) assert.deepEqual(await tab.evaluate(settled.read), settled.wanted);
  // What the page shows must not have been vouched for where it is wrong.
  app.offline();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  app.state.n = 7;
  await app.online(tab);
  await becomes(tab, () => document.querySelector('#n').textContent + document.querySelector('#after').textContent, '7after 7');
}

const define = (name, body) => `customElements.define('${name}', class extends HTMLElement { ${body} });`;

/** Elements that do something to the page while it is patched, and how the page is described by then. */
const TROUBLE = {
  'moves itself to the body when connected': [({ n }) => (n ? `<x-a id="x">toast ${n}</x-a>` : ''), define('x-a', 'connectedCallback() { if (this.parentNode !== document.body) document.body.append(this); }'), { read: () => document.querySelectorAll('x-a').length, wanted: 1 }],
  'moves itself to the body when connected, before the script of live pages runs': [({ n }) => `<x-a id="x">toast ${n}</x-a>`, define('x-a', 'connectedCallback() { if (this.parentNode !== document.body) document.body.append(this); }'), { read: () => document.querySelector('x-a').textContent, wanted: 'toast 3' }],
  'moves itself to the body, without an id, among others': [({ n }) => `<div>${'<i>x</i>'.repeat(n)}<x-a>toast ${n}</x-a><i>y</i></div>`, define('x-a', 'connectedCallback() { if (this.parentNode !== document.body) document.body.append(this); }'), { read: () => document.querySelectorAll('main i').length, wanted: 4 }],
  'takes itself out when connected': [({ n }) => (n ? `<x-a id="x">${n}</x-a>` : ''), define('x-a', 'connectedCallback() { this.remove(); }'), { read: () => document.querySelectorAll('x-a').length, wanted: 0 }],
  'takes its siblings out when connected': [({ n }) => `<div id="box"><i>a${n}</i>${n === 2 ? '<x-a id="x"></x-a>' : ''}<i>b${n}</i></div>`, define('x-a', 'connectedCallback() { while (this.nextSibling) this.nextSibling.remove(); }')],
  'takes its parent out when connected': [({ n }) => `<div id="box">${n === 1 ? '<x-a id="x"></x-a>' : n}</div>`, define('x-a', 'connectedCallback() { this.parentNode.remove(); }')],
  'wraps itself when connected': [({ n }) => (n ? `<x-a id="x">${n}</x-a>` : ''), define('x-a', "connectedCallback() { if (this.parentNode.localName === 'section') return; const w = document.createElement('section'); this.replaceWith(w); w.append(this); }"), { read: () => document.querySelectorAll('x-a').length, wanted: 1 }],
  'replaces itself by another element when connected': [({ n }) => (n ? `<x-a id="x">${n}</x-a>` : ''), define('x-a', "connectedCallback() { this.replaceWith(Object.assign(document.createElement('b'), { textContent: this.textContent })); }")],
  'comes back when it is taken out': [({ n }) => (n % 2 ? `<x-a id="x">${n}</x-a>` : ''), define('x-a', "disconnectedCallback() { if (!this.back) { this.back = true; document.body.append(this); } }")],
  'throws when connected': [({ n }) => (n ? `<x-a id="x">${n}</x-a>` : ''), define('x-a', "connectedCallback() { throw new Error('mine'); }")],
  'throws when constructed': [({ n }) => (n ? `<x-a id="x">${n}</x-a>` : ''), define('x-a', "constructor() { super(); throw new Error('mine'); }")],
  'throws when an attribute changes': [({ n }) => `<x-a id="x" n="${n}"></x-a>`, define('x-a', "static observedAttributes = ['n']; attributeChangedCallback() { throw new Error('mine'); }")],
  'takes itself out when an attribute changes': [({ n }) => `<div><x-a id="x" n="${n}">x</x-a></div>`, define('x-a', "static observedAttributes = ['n']; attributeChangedCallback(_, old) { if (old != null) this.remove(); }")],
  'writes its attribute back': [({ n }) => `<x-a id="x" n="${n}">x</x-a>`, define('x-a', "static observedAttributes = ['n']; attributeChangedCallback(_, old, now) { if (now !== 'mine') this.setAttribute('n', 'mine'); }")],
};

for (const [what, [trouble, script, settled]] of Object.entries(TROUBLE))
  conversation(`B-F: an element that ${what}`, counter(trouble, script), (test) => counts(test, { settled }), { expected: /mine/ });

conversation('B-F: a script that takes out what the server adds', counter(({ n }) => `<ul id="list">${Array.from({ length: n }, (_, i) => `<li class="ad">${i}</li>`).join('')}</ul>`, "new MutationObserver(() => document.querySelectorAll('.ad').forEach((ad) => ad.remove())).observe(document.body, { childList: true, subtree: true });"), (test) => counts(test));

conversation('B-F: a handler that takes nodes out when the focus leaves them', counter(({ n }) => (n === 1 ? '' : '<span id="edit"><input id="f"></span>'), "addEventListener('focusout', ({ target }) => target.parentNode?.remove?.());"), async (test) => {
  await test.tab.focus('#f');
  await test.tab.evaluate(() => live.push('inc'));
  await becomes(test.tab, () => document.querySelector('#n').textContent, '1');
  for (const n of [2, 3]) {
    await test.tab.click('#inc');
    await becomes(test.tab, () => document.querySelector('#after').textContent, `after ${n}`);
  }
  assert.equal(test.app.joins, 1);
});

/** Names of members that a patch or an event may read. */
const NAMES = ['attributes', 'childNodes', 'parentNode', 'firstChild', 'nodeType', 'setAttribute', 'getAttributeNames', 'insertBefore'];
for (const name of NAMES)
  conversation(`B-F: a field named ${name}, in a form that changes`, counter(({ n }) => `<form id="form" data-lv-submit="save" class="c${n}"><label>${n}</label><input id="f" name="${name}" value=""><button id="go">go</button></form>`), async (test) => {
    // Playwright itself asks the form for its parentNode before it clicks.
    await test.tab.evaluate(() => document.querySelector('#f').focus());
    await test.tab.keyboard.type('x');
    await counts(test);
    assert.equal(await valueOf(test.tab, '#f'), 'x');
    await test.tab.evaluate(() => document.querySelector('#go').click());
    await test.app.until(() => test.app.state.got.length === 1);
    assert.deepEqual(test.app.state.got, [[`${name}=x`]]);
  });

for (const name of ['remove', 'parentNode', 'isConnected', 'childNodes', 'matches', 'querySelectorAll', 'hasAttribute', 'contains'])
  for (const [what, form] of [
    ['goes', (n, html) => (n === 2 ? '' : html)],
    ['comes and moves', (n, html) => `<div id="a">${n === 2 ? html : ''}</div>${n > 2 ? html : ''}<i id="b">${n}</i>`],
  ])
    conversation(`B-F: a form with a field named ${name}, which ${what}`, counter(({ n }) => form(n, `<form id="form"><input name="${name}" value="">${n}</form>`)), (test) => counts(test));

for (const [what, html] of [
  ['names that setAttribute refuses', (n) => `<p @click="x${n}" {{y}}="${n}" on:x="${n}">x</p>`],
  ['an attribute that Trusted Types guard', (n) => `<iframe id="frame" srcdoc="<p>${n}</p>"></iframe>`],
  ['an inline handler', (n) => `<p onclick="alert(${n})">x</p>`],
  ['a script', (n) => `<script>window.ran = ${n}</script>`],
  ['a template', (n) => `<template><p>${n}</p></template>`],
  ['a declared shadow root', (n) => `<div id="host"><template shadowrootmode="open"><p>${n}</p></template></div>`],
  ['an svg with a foreign object', (n) => `<svg><foreignObject><p>${n}</p></foreignObject><circle r="${n}"/></svg>`],
  ['a table that the parser mends', (n) => `<table><tr><td>${n}</td></tr></table>`],
  ['a paragraph that the parser ends', (n) => `<p>${n}<div>${n}</div></p>`],
  ['a frame set of its own', (n) => `<object id="o${n}"></object><embed id="e">`],
  ['an id twice', (n) => `<p id="twice">${n}</p><p id="twice">${n}</p>`],
  ['a lone surrogate and odd characters', (n) => `<p title="\u0000${n}\ufffd">\u2028\u{1f600}${n}</p>`.replaceAll('\u0000', '&#1;')],
])
  conversation(`B-F: ${what}`, counter(({ n }) => html(n)), (test) => counts(test), { expected: /Trusted|Content Security Policy|srcdoc/ });

conversation('B-F: the inner regions of a patch that throws have their content still', {
  state: { n: 0, inner: 'inside' },
  render: ({ n, inner }) => ({ '': `<p id="n">${n}</p>${n ? `<x-a id="x">${n}</x-a>` : ''}<div data-lv-region="inner"></div><button id="inc" data-lv-click="inc">+</button>`, inner: `<b id="inner">${h(inner)}</b><input id="f">` }),
  handle: (state) => void state.n++,
  after: `<script>${define('x-a', 'connectedCallback() { if (this.parentNode !== document.body) document.body.append(this); }')}</script>`,
}, async ({ app, tab }) => {
  await type(tab, '#f', 'mine');
  for (const n of ['1', '2']) {
    await tab.click('#inc');
    await becomes(tab, () => document.querySelector('#n').textContent, n);
  }
  app.change((state) => (state.inner = 'changed'));
  await becomes(tab, () => document.querySelector('#inner').textContent, 'changed');
  assert.deepEqual([app.joins, await valueOf(tab, '#f')], [1, 'mine']);
});

conversation('B-F: the host of a region that a script took out comes back when the server says so', {
  state: { n: 0 },
  render: ({ n }) => ({ '': `<p id="n">${n}</p><div id="host${n}" data-lv-region="inner"></div>`, inner: `<b id="inner">${n}</b>` }),
}, async ({ app, tab }) => {
  await tab.evaluate(() => document.querySelector('[data-lv-region=inner]').remove());
  app.change((state) => state.n++);
  await becomes(tab, () => document.querySelector('#n').textContent, '1');
  app.change((state) => state.n++);
  await becomes(tab, () => document.querySelector('#n').textContent, '2');
  assert.equal(app.joins, 1);
});
