// Half-typed values, carets, keyboards and input methods.
import assert from 'node:assert/strict';
import { h } from './client/app.mjs';
import { names, page, patched, slowly, told } from './client/note-page.mjs';
import { composing, conversation, holds, type, valueOf } from './client/tab.mjs';

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
