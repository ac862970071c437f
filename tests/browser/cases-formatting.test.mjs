// B-D: a server that formats what is typed, or does not take it.
import assert from 'node:assert/strict';
import { becomes, caret, composing, conversation, holds, type, valueOf } from './client/tab.mjs';
import { h, mistake } from './client/app.mjs';
import { TYPES, X_FIELD } from './client/types.mjs';

const upper = (text) => text.toUpperCase();
const digits = (text) => text.replace(/\D/g, '');
const groups = (text) => digits(text).replace(/(\d{4})(?=\d)/g, '$1 ');
const phone = (text) => digits(text).replace(/^(\d{3})(\d)/, '($1) $2').replace(/^(\(\d{3}\) \d{3})(\d)/, '$1-$2');
const thousands = (text) => digits(text).replace(/\B(?=(\d{3})+$)/g, ',');
const day = (text) => digits(text).slice(0, 8).replace(/^(\d\d)(\d)/, '$1/$2').replace(/^(\d\d\/\d\d)(\d)/, '$1/$2');

/** A field that the server formats at each change. */
const formatted = (format, { delay = 0, attributes = '', tag = 'input', handler = 'field' } = {}) => {
  const on = 'data-lv-change="edit"';
  const own = `${handler === 'field' ? on : ''} ${attributes}`;
  return {
    delay,
    state: { text: '' },
    render: ({ text }) =>
      `<form id="form" ${handler === 'form' ? on : ''}>` +
      (tag === 'input' ? `<input id="f" name="f" value="${h(text)}" ${own}>` : `<textarea id="f" name="f" ${own}>${h(text)}</textarea>`) +
      `</form><output>${h(text)}</output>`,
    handle: (state, { form }) => void (state.text = format(form.get('f'))),
  };
};

for (const delay of [0, 80, 300])
  for (const handler of ['field', 'form'])
    conversation(`B-D: upper case, ${delay} ms round trip, told by the ${handler}: world, Home, hey`, formatted(upper, { delay, handler }), async ({ app, tab }) => {
      await tab.focus('#f');
      await tab.keyboard.type('world', { delay: 20 });
      await tab.keyboard.press('Home');
      await tab.keyboard.type('hey', { delay: 20 });
      await holds(tab, '#f', 'HEYWORLD');
      await app.quiet(tab);
      assert.deepEqual([await valueOf(tab, '#f'), await caret(tab), app.state.text], ['HEYWORLD', 3, 'HEYWORLD']);
    });

const FORMATS = [
  ['a card number in groups of four', groups, '1234567890123456', '1234 5678 9012 3456'],
  ['a phone number', phone, '5551234567', '(555) 123-4567'],
  ['thousands', thousands, '1234567', '1,234,567'],
  ['a day', day, '24122026', '24/12/2026'],
  ['lower case without spaces', (text) => text.toLowerCase().replaceAll(' ', ''), 'Ab Cd Ef', 'abcdef'],
];

for (const [what, format, typed, wanted] of FORMATS)
  for (const delay of [0, 120])
    conversation(`B-D: ${what}, ${delay} ms round trip: typed to its end, the caret is at the end`, formatted(format, { delay }), async ({ app, tab }) => {
      await tab.focus('#f');
      await tab.keyboard.type(typed, { delay: 25 });
      await holds(tab, '#f', wanted);
      await app.quiet(tab);
      assert.deepEqual([await valueOf(tab, '#f'), await caret(tab), app.state.text], [wanted, wanted.length, wanted]);
    });

conversation('B-D: a card number, digits typed in the middle: the caret stays after the same digits', formatted(groups, { delay: 60 }), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.type('12345678');
  await holds(tab, '#f', '1234 5678');
  await app.quiet(tab);
  await tab.keyboard.press('Home');
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.type('99', { delay: 25 });
  await holds(tab, '#f', '1299 3456 78');
  await app.quiet(tab);
  assert.equal(await caret(tab), 4);
  await tab.keyboard.type('0');
  await holds(tab, '#f', '1299 0345 678');
  await app.quiet(tab);
  assert.equal(await caret(tab), 6, 'after the digit, and the space before it');
});

conversation('B-D: a card number, a digit taken out of the middle', formatted(groups, { delay: 60 }), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.type('123456789');
  await holds(tab, '#f', '1234 5678 9');
  await app.quiet(tab);
  await tab.keyboard.press('Home');
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.press('Backspace');
  await holds(tab, '#f', '1345 6789');
  assert.equal(await caret(tab), 1);
});

conversation('B-D: thousands, typed at the start: the caret stays after what was typed', formatted(thousands, { delay: 60 }), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.type('456');
  await app.quiet(tab);
  await tab.keyboard.press('Home');
  await tab.keyboard.type('123', { delay: 30 });
  await holds(tab, '#f', '123,456');
  await app.quiet(tab);
  assert.equal(await caret(tab), 3);
});

conversation('B-D: a selection stays around the same letters', formatted(upper), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#f');
  await tab.keyboard.type('abcdef');
  await tab.keyboard.press('Home');
  await tab.keyboard.press('ArrowRight');
  for (let i = 0; i < 3; i++) await tab.keyboard.press('Shift+ArrowRight');
  app.release();
  await holds(tab, '#f', 'ABCDEF');
  assert.deepEqual(await tab.evaluate(() => [document.activeElement.selectionStart, document.activeElement.selectionEnd]), [1, 4]);
});

conversation('B-D: a textarea: the caret stays in its line', formatted(upper, { tag: 'textarea', delay: 60 }), async ({ app, tab }) => {
  await tab.focus('#f');
  await tab.keyboard.type('one\ntwo\nthree');
  await tab.keyboard.press('ArrowUp');
  await tab.keyboard.press('End');
  await tab.keyboard.type('xy', { delay: 30 });
  await holds(tab, '#f', 'ONE\nTWOXY\nTHREE');
  await app.quiet(tab);
  assert.equal(await caret(tab), 9);
});

conversation('B-D: what is typed while the formatted text is on its way is formatted, too', formatted(upper), async ({ app, tab }) => {
  await tab.focus('#f');
  for (const part of ['ab', 'cd', 'ef']) {
    app.hold();
    await tab.keyboard.type(part);
    await app.until(() => app.held() > 0);
    await tab.keyboard.type('-');
    app.release();
  }
  await holds(tab, '#f', 'AB-CD-EF-');
  await app.quiet(tab);
  assert.deepEqual([app.state.text, await caret(tab)], ['AB-CD-EF-', 9]);
});

for (const handler of ['field', 'form'])
  conversation(`B-D: nothing is written during a composition, told by the ${handler}, and the formatted text comes afterwards`, formatted(upper, { handler }), async ({ app, tab }) => {
    await tab.focus('#f');
    await tab.keyboard.type('ab');
    await holds(tab, '#f', 'AB');
    await app.quiet(tab);
    const ime = await composing(tab);
    await ime.set('n');
    await app.shown(tab);
    await ime.set('ni');
    await app.shown(tab);
    assert.equal(await valueOf(tab, '#f'), 'ABni');
    await ime.commit('né');
    await holds(tab, '#f', 'ABNÉ');
    await app.quiet(tab);
    assert.deepEqual([app.state.text, await caret(tab)], ['ABNÉ', 4]);
  });

conversation('B-D: a value from elsewhere waits for the end of a composition in a field that was told', formatted(upper), async ({ app, tab }) => {
  await tab.focus('#f');
  const ime = await composing(tab);
  await ime.set('ni');
  app.change((state) => (state.text = 'THEIRS'));
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#f'), 'ni');
  await ime.commit('ni');
  await app.until(() => app.events.some(({ form }) => form.get('f').endsWith('ni')));
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#f'), app.state.text);
});

conversation('B-D: a composition in one field is no reason to keep another from the server', {
  state: { a: '', b: '' },
  render: ({ a, b }) => `<form id="form" data-lv-submit="save"><input id="a" name="a" value="${h(a)}"><input id="b" name="b" value="${h(b)}"></form>`,
}, async ({ app, tab }) => {
  await tab.focus('#a');
  const ime = await composing(tab);
  await ime.set('ni');
  app.change((state) => Object.assign(state, { a: 'x', b: 'y' }));
  await holds(tab, '#b', 'y');
  assert.equal(await valueOf(tab, '#a'), 'ni');
  await ime.commit('ni');
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#a'), 'ni');
});

/** Three boxes, of which the server takes two; `own` says who has the field's value. */
const boxes = (field, form) => ({
  state: { taken: [] },
  render: ({ taken }) =>
    `<form id="form" data-lv-change="tick" ${form}>${['a', 'b', 'c'].map((v) => `<input type="checkbox" id="${v}" name="x" value="${v}"${taken.includes(v) ? ' checked=""' : ''} ${field}>`).join('')}</form>`,
  handle: (state, { form }) => void (state.taken = form.getAll('x').slice(0, 2)),
});
const ticked = () => [...document.querySelectorAll(':checked')].map(({ value }) => value).join();

const OWN = 'data-lv-own="server"';
for (const [where, page] of [['the fields', boxes(OWN, '')], ['the form', boxes('', OWN)]])
  conversation(`B-D: three boxes, of which the server takes two: the third shows that it was not taken, data-lv-own on ${where}`, page, async ({ app, tab }) => {
    for (const id of ['a', 'b', 'c']) await tab.click(`#${id}`);
    await app.until(() => app.events.length >= 3);
    await app.quiet(tab);
    assert.deepEqual([await tab.evaluate(ticked), app.state.taken.join()], ['a,b', 'a,b']);
  });

/** A field whose value the server makes its own of: `fix` of what came. */
const fixed = (html, fix, first, attributes = OWN) => ({
  state: { value: first },
  render: ({ value }) => `<form id="form" data-lv-change="edit">${html(value, attributes)}</form>`,
  handle: (state, { form }) => void (state.value = fix(form.get('f') ?? '')),
});
const number = (value, attributes) => `<input id="f" name="f" type="number" value="${value}" ${attributes}>`;
const between = (value) => String(Math.min(10, Math.max(0, value)));

conversation('B-D: a number that must be 0 to 10 is 10 after 99', fixed(number, between, '5'), async ({ app, tab }) => {
  await TYPES.number.edit(tab, 'f', '99');
  await app.until(() => app.state.value === '10');
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#f'), '10');
});

conversation('B-D: a number that is 10 already is 10 after 100, too', fixed(number, between, '10'), async ({ app, tab }) => {
  await type(tab, '#f', '0');
  await app.until(() => app.events.length >= 1);
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#f'), '10');
});

for (const [name, first, user] of [['select', 'a', 'b'], ['radio', 'a', 'b'], ['multi', 'a', 'b,c'], ['range', '5', '7'], ['color', '#000000', '#112233'], ['date', '2024-01-01', '2024-02-12'], ['text', 'one', 'mine'], ['textarea', 'one', 'mine'], ['element', 'one', 'mine'], ['checkbox', '', 'on']])
  conversation(`B-D: ${name}: a server that always says the same is what shows, data-lv-own`, { ...fixed(TYPES[name].html, () => first, first), after: X_FIELD }, async ({ app, tab }) => {
    await TYPES[name].edit(tab, 'f', user);
    await app.until(() => app.events.length >= 1);
    await app.quiet(tab);
    assert.equal(await tab.evaluate(TYPES[name].read, 'f'), first);
  });

/** A search with a button that clears it; the server's HTML never echoes what is in the field. */
const search = (clear, attributes = '') => ({
  state: { query: '', cleared: 0 },
  render: ({ query, cleared }) => `<p>${h(query)}${cleared}</p><form id="form" data-lv-change="find" ${attributes}><input id="f" name="f" value=""><select id="s" name="s"><option>a</option><option>b</option></select><input type="checkbox" id="c" name="c"></form><button id="clear" data-lv-click="clear">Clear</button>`,
  handle: (state, { name, form }, call) => {
    if (name === 'find') return void (state.query = form.get('f'));
    state.query = '';
    state.cleared++;
    clear(call);
  },
});
const fields = () => [document.querySelector('#f').value, document.querySelector('#s').value, document.querySelector('#c').checked].join();

for (const [what, selector, wanted] of [['the field', '#f', ',b,true'], ['the whole form', '#form', ',a,false']])
  conversation(`B-D: a Clear button for ${what} that the server never echoed: reset`, search((call) => call.reset(selector)), async ({ app, tab }) => {
    await tab.selectOption('#s', 'b');
    await tab.click('#c');
    await type(tab, '#f', 'words');
    await tab.click('#clear');
    await becomes(tab, fields, wanted);
  });

conversation('B-D: a reset leaves what was typed after its event was made', search((call) => call.reset('#form')), async ({ app, tab }) => {
  await type(tab, '#f', 'words');
  await app.quiet(tab);
  app.hold();
  await tab.click('#clear');
  await app.until(() => app.state.cleared === 1);
  await type(tab, '#f', ' more');
  await tab.selectOption('#s', 'b');
  app.release();
  await app.quiet(tab);
  assert.match(await tab.evaluate(fields), /more,b,/);
});

conversation('B-D: a reset that no event caused clears what was told', search(() => {}), async ({ app, tab }) => {
  await type(tab, '#f', 'words');
  await app.until(() => app.state.query === 'words');
  await app.quiet(tab);
  app.command(6, '#f', 0);
  await holds(tab, '#f', '');
});

conversation('B-D: a reset of a selector that finds nothing, or is none, stops nothing', search((call) => (call.reset('#none'), call.reset('[['), call.reset('#f'))), async ({ app, tab }) => {
  await type(tab, '#f', 'words');
  await tab.click('#clear');
  await becomes(tab, () => document.querySelector('#f').value, '');
}, { expected: /not a valid selector/ });

for (const [how, refuse] of [['refused', (call) => call.refuse()], ['ends in an error', () => { throw mistake(); }]])
  conversation(`B-D: a submit that is ${how}: all stays as typed, and the errors show`, {
    state: { errors: '', saved: '' },
    render: ({ errors, saved }) => `<p id="errors">${h(errors)}</p><form id="form" data-lv-submit="save"><input id="f" name="f" value="${h(saved)}"><select id="s" name="s"><option>a</option><option>b</option></select><input type="checkbox" id="c" name="c"><button id="go">Save</button></form>`,
    handle: (state, { form }, call) => {
      state.errors = 'too short';
      if (form.get('f').length < 6) refuse(call);
      else Object.assign(state, { errors: '', saved: form.get('f') });
    },
  }, async ({ app, tab }) => {
    await type(tab, '#f', 'short');
    await tab.selectOption('#s', 'b');
    await tab.click('#c');
    await tab.click('#go');
    await app.until(() => app.events.length === 1);
    await app.quiet(tab);
    assert.deepEqual([await tab.evaluate(fields), await tab.textContent('#errors')], ['short,b,true', how === 'refused' ? 'too short' : '']);
    await type(tab, '#f', ' long');
    await tab.click('#go');
    await app.until(() => app.state.saved === 'short long');
    await app.quiet(tab);
    assert.deepEqual(await tab.evaluate(fields), 'short long,a,false');
  });

conversation('B-D: a form that was refused, and typed into meanwhile', {
  state: { n: 0, said: [] },
  render: ({ n }) => `<p>${n}</p><form id="form" data-lv-submit="say"><input id="f" name="f" value=""></form>`,
  handle: (state, { form }, call) => {
    if (++state.n === 1) call.refuse();
    else state.said.push(form.get('f'));
  },
}, async ({ app, tab }) => {
  app.hold();
  await type(tab, '#f', 'one');
  await tab.keyboard.press('Enter');
  await app.until(() => app.held() === 1);
  await tab.keyboard.type(' two');
  app.release();
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#f'), 'one two');
  await tab.keyboard.press('Enter');
  await holds(tab, '#f', '');
  assert.deepEqual(app.state.said, ['one two']);
});
