// Presses that take their time, widgets, forms in tables.
import assert from 'node:assert/strict';
import { h } from './client/app.mjs';
import { names, page, patched, told } from './client/note-page.mjs';
import { becomes, conversation, holds, type, valueOf } from './client/tab.mjs';

/* Presses and clicks. */

conversation('one click on Save is enough although the field that it leaves shows an error, which moves the button', page(({ error }) => `<input id="f" name="f" data-lv-blur="check">${error ? '<h1>Wrong</h1><h1>Wrong</h1>' : ''}<button id="go" data-lv-click="inc">Save</button>`, {
  handle: (state, { name }) => void (name === 'check' ? (state.error = true) : state.n++),
}), async ({ app, tab }) => {
  await tab.focus('#f');
  const { x, y, width, height } = await tab.locator('#go').boundingBox();
  await tab.mouse.move(x + width / 2, y + height / 2);
  await tab.mouse.down();
  await app.until(() => names(app).includes('check'));
  await tab.waitForTimeout(150); // a press takes its time
  await tab.mouse.up();
  await tab.locator('h1').first().waitFor();
  await app.until(() => app.state.n === 1);
  assert.deepEqual(await told(app, tab), ['check', 'inc']);
});

conversation('a press on an icon that is another one at the release is one click of its button', page(({ n, note }) => `<button id="b" data-lv-click="inc">${note ? '<b id="on">on</b>' : '<i id="off">off</i>'} ${n}</button>`), async ({ app, tab }) => {
  const { x, y, width, height } = await tab.locator('#off').boundingBox();
  await tab.mouse.move(x + width / 2, y + height / 2);
  await tab.mouse.down();
  app.change((state) => (state.note = '.'));
  await tab.waitForTimeout(150); // a press takes its time
  await tab.mouse.up();
  await app.until(() => app.state.n === 1);
  assert.deepEqual(await told(app, tab), ['inc']);
});

conversation('a click on what is in a disabled button is none', page(() => '<button id="b" disabled="" data-lv-click="no"><svg width="20" height="20"><circle id="in" cx="10" cy="10" r="9"></circle></svg> <b id="text">Delete</b></button>'), async ({ app, tab }) => {
  for (const selector of ['#in', '#text']) {
    const { x, y, width, height } = await tab.locator(selector).boundingBox();
    await tab.mouse.click(x + width / 2, y + height / 2);
  }
  assert.deepEqual(await told(app, tab), []);
});

conversation('a shape and a link in a drawing are clicked as anything else', page(({ n }) => `<svg width="100" height="50"><g id="g" class="bar${n ? ' chosen' : ''}" data-lv-click="inc" data-lv-value-x="1" data-lv-loading-class="dim"><rect id="r" width="40" height="40"></rect></g><a id="a" href="/elsewhere" data-lv-click="inc" data-lv-value-x="2"><circle id="c" cx="70" cy="20" r="20"></circle></a></svg>`), async ({ app, tab }) => {
  const { url } = app;
  app.hold();
  await tab.locator('#r').click();
  await app.until(() => app.state.n === 1);
  assert.equal(await tab.getAttribute('#g', 'class'), 'bar lv-loading dim');
  app.release();
  await app.quiet(tab);
  assert.equal(await tab.getAttribute('#g', 'class'), 'bar chosen');
  await tab.locator('#c').click();
  await app.until(() => app.state.n === 2);
  await app.quiet(tab);
  assert.deepEqual([app.events.map(({ values }) => values.get('x')), tab.url()], [['1', '2'], `${url}/`]);
});

for (const how of ['click', 'keyboard'])
  conversation(`a box whose ${how} is told stays the server's: it follows when another user unticks it`, page(({ done }) => `<input type="checkbox" id="b" data-lv-click="toggle"${done ? ' checked=""' : ''}>`, {
    handle: (state) => void (state.done = !state.done),
  }), async ({ app, tab }) => {
    const isTicked = () => document.querySelector('#b').checked;
    if (how === 'click') await tab.click('#b');
    else await tab.focus('#b').then(() => tab.keyboard.press(' '));
    await app.until(() => app.state.done);
    await app.quiet(tab);
    assert.equal(await tab.evaluate(isTicked), true);
    app.change((state) => (state.done = false));
    await app.shown(tab);
    assert.equal(await tab.evaluate(isTicked), false);
  });

conversation('a slider that the user holds stays under the pointer when another user moves it, and follows once it is let go', page(({ text }) => `<input id="f" name="f" type="range" min="0" max="100" value="${h(text)}" data-lv-change="edit">`, { state: { text: '50' } }), async ({ app, tab }) => {
  const { x, y, width, height } = await tab.locator('#f').boundingBox();
  await tab.mouse.move(x + width / 2, y + height / 2);
  await tab.mouse.down();
  await tab.mouse.move(x + width - 8, y + height / 2, { steps: 4 });
  const held = await valueOf(tab, '#f');
  await app.until(() => app.state.text === held);
  await app.quiet(tab);
  app.change((state) => (state.text = '10'));
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#f'), held);
  await tab.mouse.up();
  await app.quiet(tab);
  app.change((state) => (state.text = '20'));
  await holds(tab, '#f', '20');
});

/* Widgets. */

for (const [what, mark] of [['ids', (item) => ` id="item-${item}"`], ['keys', (item) => ` data-lv-key="${item}"`], ['nothing to know them by', () => '']]) {
  const BOARD = {
    state: { a: ['x', 'y', 'z'], b: ['v', 'w'], note: '' },
    render: (state) => `<p>${h(state.note)}</p>` + ['a', 'b'].map((list) => `<ul id="${list}">${state[list].map((item) => `<li${mark(item)}>${item}</li>`).join('')}</ul>`).join(''),
    handle: (state, { values }) => {
      if (values.get('refused')) return;
      for (const list of ['a', 'b']) state[list] = state[list].filter((item) => item !== 'y');
      state.b.splice(1, 0, 'y');
    },
  };
  const texts = () => ['a', 'b'].map((list) => [...document.querySelectorAll(`#${list} li`)].map((item) => item.textContent).join('')).join(' ');
  conversation(`a row with ${what} that was dragged into another list is there once, when the server has it there, too`, BOARD, async ({ app, tab }) => {
    await tab.evaluate(() => {
      document.querySelector('#b').insertBefore(document.querySelector('#a').children[1], document.querySelector('#b').children[1]);
      live.push('move');
    });
    await app.until(() => app.state.b.length === 3);
    await app.quiet(tab);
    await patched(app, tab);
    assert.equal(await tab.evaluate(texts), 'xz vyw');
    app.change((state) => state.b.push('new'));
    await app.shown(tab);
    assert.equal(await tab.evaluate(texts), 'xz vywnew');
  });
}

conversation('a drag under way goes on while rows come above', page(({ n }) => `<ul id="list">${Array.from({ length: n }, (_, i) => `<li id="new-${i}">new</li>`).join('')}<li id="row" draggable="true">drag me</li><li id="other">other</li></ul><p id="target">drop here</p>`, {
  after: `<script>
    window.seen = [];
    for (const type of ['dragstart', 'drop', 'dragend']) addEventListener(type, ({ target }) => seen.push(type + ' ' + target.id));
    addEventListener('dragover', (event) => event.preventDefault());
  </script>`,
}), async ({ app, tab }) => {
  const { x, y } = await tab.locator('#row').boundingBox();
  await tab.mouse.move(x + 20, y + 8);
  await tab.mouse.down();
  await tab.mouse.move(x + 40, y + 20, { steps: 4 });
  app.change((state) => (state.n = 2));
  await app.shown(tab);
  const target = await tab.locator('#target').boundingBox();
  await tab.mouse.move(target.x + 20, target.y + 6, { steps: 4 });
  await tab.mouse.up();
  await becomes(tab, () => seen.join(), 'dragstart row,drop target,dragend row');
});

conversation('an open list of options stays open while the page changes around it, and what is chosen is told', page(({ n, text }) => `<form id="form" data-lv-change="edit" class="c${n}"><p>${n}</p><select id="f" name="f">${['a', 'b', 'c'].map((v) => `<option>${v}</option>`).join('')}</select><p>${h(text)}</p></form>`), async ({ app, tab }) => {
  const isOpen = () => document.querySelector('#f').matches(':open');
  await tab.click('#f');
  await becomes(tab, isOpen, true);
  for (let i = 0; i < 3; i++) app.change((state) => state.n++);
  await app.shown(tab);
  assert.equal(await tab.evaluate(isOpen), true);
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  await app.until(() => app.state.text === 'b');
});

conversation('a frame is not loaded again when its attributes change and rows come around it', page(({ n }) => `${'<p>row</p>'.repeat(n)}<iframe id="f" src="/frame" title="t${n}" class="c${n}" height="${50 + n}"></iframe>${'<p>row</p>'.repeat(n)}`, {
  routes: { '/frame': (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<input id="in">') },
}), async ({ app, tab }) => {
  await tab.frameLocator('#f').locator('#in').fill('typed');
  for (let i = 0; i < 3; i++) app.change((state) => state.n++);
  await app.shown(tab);
  assert.deepEqual([await tab.getAttribute('#f', 'title'), await tab.frameLocator('#f').locator('#in').inputValue()], ['t3', 'typed']);
});

/* Forms in tables. */

conversation('a form between the rows and the cells of a table, which only the page itself can have, keeps its fields', page(({ text, note }) => `<table class="c${note}"><tbody><tr><form id="form" data-lv-change="edit" data-lv-submit="save"><td title="${note}"><input id="f" name="f" value="${h(text)}"></td><td><button id="go">Save ${h(note)}</button></td></form></tr></tbody></table>`), async ({ app, tab }) => {
  await patched(app, tab);
  await type(tab, '#f', 'typed');
  await app.until(() => app.state.text === 'typed');
  await tab.click('#go');
  await app.until(() => app.state.saved);
  assert.deepEqual(app.state.saved, ['f=typed']);
});

conversation('rows that come later, with a form each that their cells name, are edited and saved one by one', page(({ n, got }) => `<table><tbody>${Array.from({ length: n }, (_, i) => `<tr><td><form id="form-${i}" data-lv-change="edit" data-lv-submit="save" data-lv-value-row="${i}"></form><input class="f${i}" name="f" form="form-${i}" value="${h(got[i])}"></td><td><button class="b${i}" form="form-${i}">Save</button></td></tr>`).join('')}</tbody></table>`, {
  state: { n: 1, got: [], saved: [] },
  handle: (state, { name, form, values }) => {
    state.got[values.get('row')] = form.get('f');
    if (name === 'save') state.saved.push(`${values.get('row')}: ${form.get('f')}`);
  },
}), async ({ app, tab }) => {
  app.change((state) => (state.n = 3));
  await app.shown(tab);
  for (const [row, text] of [[1, 'one'], [2, 'two']]) {
    await type(tab, `.f${row}`, text);
    await app.until(() => app.state.got[row] === text);
    await tab.click(`.b${row}`);
  }
  await app.until(() => app.state.saved.length === 2);
  await app.quiet(tab);
  assert.deepEqual([app.state.saved, await valueOf(tab, '.f0'), await valueOf(tab, '.f2')], [['1: one', '2: two'], '', 'two']);
});
