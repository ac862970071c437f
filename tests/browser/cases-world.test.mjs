// Half-typed values, other keyboards, presses that take their time, widgets, tables, sleeping laptops, deploys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, composing, conversation, holds, live, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';

/** A page of `inner(state)` with a note that others write; `more` may replace any part. */
const page = (inner, { state, ...more } = {}) => ({
  state: { n: 0, text: '', note: '', ...state },
  render: (state) => `<p id="note">${h(state.note)}</p>${inner(state)}`,
  handle: (state, { name, form, values }) => {
    if (name === 'edit') state.text = form.get('f') ?? form.get('value');
    if (name === 'save') state.saved = [...form].map((pair) => pair.join('='));
    if (name === 'inc') state.n++;
  },
  ...more,
});

/** The names of the events so far. */
const names = (app) => app.events.map(({ name }) => name);

/** The names of all events that the page has sent before this. */
async function told(app, tab) {
  await tab.evaluate(() => live.push('end'));
  await app.until(() => names(app).includes('end'));
  return names(app).filter((name) => name !== 'end');
}

/** A patch from elsewhere, carried out. */
async function patched(app, tab) {
  app.change((state) => (state.note += '.'));
  await app.shown(tab);
}

/** Types key by key; each has its answer before the next one. */
async function slowly(app, tab, keys) {
  for (const key of keys) {
    await tab.keyboard.press(key);
    await app.quiet(tab);
  }
}

/** What a tab is told when the user leaves it or comes back. */
const setVisible = (tab, state) =>
  tab.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

/* Values that are not whole yet. */

/** What a browser shows of a field without calling it a value. */
const HALVES = {
  date: { html: (value, more = '') => `<input id="f" name="f" type="date" value="${value}" ${more}>`, keys: '0512', whole: '05122024', value: '2024-05-12', other: '2023-03-13' },
  number: { html: (value, more = '') => `<input id="f" name="f" type="number" step="any" value="${value}" ${more}>`, keys: '-', whole: '-1.5e2', value: '-1.5e2', other: '3' },
};
const isHalf = () => document.querySelector('#f').validity.badInput;

for (const [name, { html, keys, whole, value, other }] of Object.entries(HALVES)) {
  conversation(`a ${name} is typed to its end although each key is answered`, page(({ text }) => `<form id="form" data-lv-change="edit">${html(text, name === 'date' ? 'min="2020-01-01"' : '')}</form>`), async ({ app, tab }) => {
    await tab.focus('#f');
    await slowly(app, tab, whole);
    assert.deepEqual([await valueOf(tab, '#f'), app.state.text], [value, value]);
  });

  // The browser itself writes the value that the markup gets into a date of which nothing is whole.
  if (name === 'number') conversation(`a ${name} that is half typed stays when another user's comes`, page(({ text }) => `<form id="form" data-lv-submit="save">${html(text)}<button id="go">Save</button></form>`), async ({ app, tab }) => {
    await tab.focus('#f');
    await tab.keyboard.type(keys);
    assert.equal(await tab.evaluate(isHalf), true);
    app.change((state) => (state.text = other));
    await app.shown(tab);
    assert.deepEqual([await valueOf(tab, '#f'), await tab.evaluate(isHalf)], ['', true]);
    await tab.keyboard.type(whole.slice(keys.length));
    assert.equal(await valueOf(tab, '#f'), value);
    await tab.click('#go');
    await app.until(() => app.state.saved);
    assert.deepEqual(app.state.saved, [`f=${value}`]);
  });

  conversation(`a ${name} that is half typed goes when the user clears the form`, page(({ text }) => `<form id="form" data-lv-change="edit">${html(text)}<button type="button" id="clear" data-lv-click="clear">Clear</button></form>`, {
    handle: (state, { name, form }, call) => {
      if (name === 'edit') state.text = form.get('f');
      if (name === 'clear') (state.text = ''), call.reset('#form');
    },
  }), async ({ app, tab }) => {
    await tab.focus('#f');
    await tab.keyboard.type(keys);
    assert.equal(await tab.evaluate(isHalf), true);
    await tab.click('#clear');
    await app.until(() => names(app).includes('clear'));
    await app.quiet(tab);
    assert.deepEqual([await valueOf(tab, '#f'), await tab.evaluate(isHalf)], ['', false]);
  });
}

/* Texts and carets. */

conversation('what is typed at the start of an editable element that the server rewrites stays in order', page(({ text }) => `<div id="f" contenteditable="" data-lv-change="edit">${h(text)}</div>`, {
  state: { text: 'WORLD' },
  handle: (state, { form }) => void (state.text = form.get('value').toUpperCase()),
}), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.press('Home');
  await slowly(app, tab, 'hey');
  assert.deepEqual([await tab.textContent('#f'), app.state.text], ['HEYWORLD', 'HEYWORLD']);
});

conversation('a long text that the server rewrites stays scrolled to where the user types', page(({ text }) => `<textarea id="f" name="f" rows="5" data-lv-change="edit">${h(text)}</textarea>`, {
  state: { text: Array.from({ length: 60 }, (_, i) => `LINE ${i}`).join('\n') },
  handle: (state, { form }) => void (state.text = form.get('f').toUpperCase()),
}), async ({ app, tab }) => {
  const top = () => document.querySelector('#f').scrollTop;
  await tab.evaluate(() => {
    const field = document.querySelector('#f');
    field.focus();
    field.setSelectionRange(field.value.indexOf('LINE 30'), field.value.indexOf('LINE 30'));
    field.scrollTop = field.scrollHeight / 2 - field.clientHeight / 2;
  });
  const before = await tab.evaluate(top);
  await slowly(app, tab, 'abc');
  assert.match(await valueOf(tab, '#f'), /\nABCLINE 30\n/);
  assert.ok(Math.abs((await tab.evaluate(top)) - before) < 3, `${await tab.evaluate(top)} is not ${before}`);
});

for (const [what, html] of [
  ['a field', (text) => `<input id="f" name="f" value="${h(text)}" data-lv-change="edit">`],
  ['a text area', (text) => `<textarea id="f" name="f" data-lv-change="edit">${h(text)}</textarea>`],
])
  conversation(`Ctrl+Z takes back what was typed into ${what} and answered, and is told`, page(({ text }) => html(text), { state: { text: 'first' } }), async ({ app, tab }) => {
    await type(tab, '#f', ' second');
    await app.quiet(tab);
    await patched(app, tab);
    assert.equal(app.state.text, 'first second');
    await tab.keyboard.press('Control+z');
    await holds(tab, '#f', 'first');
    await app.until(() => app.state.text === 'first');
    await tab.keyboard.press('Control+y');
    await holds(tab, '#f', 'first second');
    await app.until(() => app.state.text === 'first second');
  });

conversation('a text that is selected to be copied stays selected while more is written behind it', page(({ text }) => `<pre id="log">${h(text)}</pre>`, { state: { text: 'first line\nsecond' } }), async ({ app, tab }) => {
  await tab.evaluate(() => getSelection().setBaseAndExtent(document.querySelector('#log').firstChild, 0, document.querySelector('#log').firstChild, 10));
  for (const more of [' line', '\nthird']) app.change((state) => (state.text += more));
  await app.shown(tab);
  assert.equal(await tab.textContent('#log'), 'first line\nsecond line\nthird');
  assert.equal(await tab.evaluate(() => String(getSelection())), 'first line');
});

conversation('a text that is selected to be copied stays selected while the page changes around it', page(({ n }) => `${'<p>row</p>'.repeat(n)}<p id="text">to be copied</p>${'<p>row</p>'.repeat(n)}`), async ({ app, tab }) => {
  await tab.evaluate(() => getSelection().selectAllChildren(document.querySelector('#text')));
  app.change((state) => (state.n = 3));
  await app.shown(tab);
  assert.equal(await tab.evaluate(() => String(getSelection())), 'to be copied');
});

conversation('a read-only field keeps the focus and its selection, to be copied', page(({ n }) => `<input id="f" readonly="" value="token-12345" class="c${n}">`), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.evaluate(() => document.querySelector('#f').setSelectionRange(6, 11));
  app.change((state) => (state.n = 1));
  await app.shown(tab);
  assert.deepEqual(await tab.evaluate(() => [document.activeElement.id, document.activeElement.className, document.activeElement.selectionStart, document.activeElement.selectionEnd]), ['f', 'c1', 6, 11]);
});

/* Keyboards and input methods. */

conversation('Enter that only confirms what an input method offers is no key, also where it comes after the end of the composition', page(() => '<input id="f" name="f" data-lv-keydown="send" data-lv-key="Enter">'), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.evaluate(() => {
    const field = document.querySelector('#f');
    const fire = (event) => field.dispatchEvent(event);
    fire(new CompositionEvent('compositionstart', { bubbles: true }));
    field.value = '日本';
    fire(new InputEvent('input', { bubbles: true, inputType: 'insertCompositionText', data: '日本', isComposing: true }));
    fire(new CompositionEvent('compositionend', { bubbles: true, data: '日本' }));
    fire(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, key: 'Enter', keyCode: 229 }));
  });
  await tab.keyboard.type('x');
  await tab.keyboard.press('Enter');
  assert.deepEqual(await told(app, tab), ['send']);
  assert.equal(app.events[0].values.get('value'), '日本x');
});

conversation('what is still being composed when it is sent is said once, and the field is empty afterwards', {
  state: { said: [] },
  render: ({ said }) => `<ul>${said.map((text) => `<li>${h(text)}</li>`).join('')}</ul><form id="form" data-lv-submit="say"><input id="f" name="f" value=""><button id="go">Send</button></form>`,
  handle: (state, { form }) => void state.said.push(form.get('f')),
}, async ({ app, tab }) => {
  await tab.focus('#f');
  const ime = await composing(tab);
  await ime.set('né');
  // A shortcut of the page's own, or a button that leaves the focus where it is.
  await tab.evaluate(() => document.querySelector('#form').requestSubmit());
  await app.until(() => app.state.said.length === 1);
  await app.quiet(tab);
  await ime.commit('né');
  await app.quiet(tab);
  assert.deepEqual([app.state.said, await valueOf(tab, '#f')], [['né'], '']);
});

conversation('what a password manager fills in with key events that name no key is told', page(({ text }) => `<form id="form" data-lv-change="edit" data-lv-keydown="key" data-lv-key="Enter Escape"><input id="f" name="f" type="password" value="${h(text)}"></form>`), async ({ app, tab }) => {
  await tab.evaluate(() => {
    const field = document.querySelector('#f');
    for (const type of ['keydown', 'keyup', 'input', 'keydown', 'change', 'keyup']) {
      if (type === 'input') field.value = 'filled in';
      field.dispatchEvent(new Event(type, { bubbles: true }));
    }
  });
  await app.until(() => app.state.text === 'filled in');
  assert.deepEqual(await told(app, tab), ['edit']);
});

conversation('arrow keys go through radio buttons, whose choice is answered each time, and the focus goes along', page(({ text }) => `<form id="form" data-lv-change="edit">${['a', 'b', 'c'].map((v) => `<input type="radio" id="${v}" name="f" value="${v}"${text === v ? ' checked=""' : ''}>`).join('')}</form>`, { state: { text: 'a' } }), async ({ app, tab }) => {
  await tab.focus('#a');
  await slowly(app, tab, ['ArrowDown', 'ArrowDown']);
  assert.deepEqual([app.state.text, await tab.evaluate(() => document.activeElement.id), await tab.evaluate(() => document.querySelector(':checked').id)], ['c', 'c', 'c']);
});

conversation('a button that is held down by the space bar, and changes meanwhile, is pressed', page(({ n, note }) => `<button id="b" data-lv-click="inc" class="c${h(note)}"><i>${h(note)}</i>${n}</button>`), async ({ app, tab }) => {
  await tab.focus('#b');
  await tab.keyboard.down(' ');
  await patched(app, tab);
  await tab.keyboard.up(' ');
  await app.until(() => app.state.n === 1);
  assert.deepEqual(await told(app, tab), ['inc']);
});

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
