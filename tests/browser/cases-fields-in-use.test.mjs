// B-B: a field that is in use while the page changes around it, and in it.
import assert from 'node:assert/strict';
import { becomes, conversation, holds, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';
import { TYPES, X_FIELD } from './client/types.mjs';

/** A form of one field without a change handler, and a note that others write. */
const plain = (kind, attributes = '') => ({
  state: { value: kind.server, note: '' },
  render: ({ value, note }) => `<p>${h(note)}</p><form id="form" data-lv-submit="save">${kind.html(value, attributes)}<button id="go">Save</button></form>`,
  handle: (state, { form }) => void (state.value = form.getAll('f').join()),
  after: kind.name === 'element' ? X_FIELD : '',
});

for (const kind of Object.values(TYPES)) {
  // A box and a file have no third value that another user could choose.
  if (kind.other === undefined) continue;
  conversation(`B-B: ${kind.name}, edited and not submitted: another user's value does not overwrite it`, plain(kind), async ({ app, tab }) => {
    await kind.edit(tab, 'f', kind.user);
    app.change((state) => (state.value = kind.other));
    await app.shown(tab);
    assert.equal(await tab.evaluate(kind.read, 'f'), kind.user);
    app.change((state) => (state.value = kind.server));
    await app.shown(tab);
    assert.equal(await tab.evaluate(kind.read, 'f'), kind.user);
    // The content of an editable element isn't a form's.
    if (kind.name === 'editable') return;
    await tab.click('#go');
    await app.until(() => app.state.value === kind.user);
    await app.quiet(tab);
    app.change((state) => (state.value = kind.other));
    await becomes(tab, kind.read, kind.other, 'f');
  });
}

for (const name of ['checkbox', 'file'])
  conversation(`B-B: ${name}, edited and not submitted: it stays when the page changes around it`, plain(TYPES[name]), async ({ app, tab }) => {
    const kind = TYPES[name];
    await kind.edit(tab, 'f', kind.user);
    app.change((state) => (state.note = 'news'));
    await app.shown(tab);
    assert.equal(await tab.evaluate(kind.read, 'f'), kind.user);
  });

conversation(
  'B-B: a box of three that another user ticks leaves the two that this one ticked',
  {
    state: { ticked: ['a'] },
    render: ({ ticked }) => `<form id="form" data-lv-submit="save">${['a', 'b', 'c', 'd'].map((v) => `<input type="checkbox" id="${v}" name="x" value="${v}"${ticked.includes(v) ? ' checked=""' : ''}>`).join('')}<button id="go">Save</button></form>`,
    handle: (state, { form }) => void (state.ticked = form.getAll('x')),
  },
  async ({ app, tab }) => {
    await tab.click('#a');
    await tab.click('#b');
    app.change((state) => (state.ticked = ['a', 'd']));
    await becomes(tab, () => document.querySelector('#d').checked, true);
    await tab.click('#go');
    await app.until(() => app.events.length === 1);
    assert.deepEqual(app.state.ticked, ['b', 'd']);
  },
);

/** A page whose form echoes what it is told. */
const echo = (kind, attributes = '') => ({
  ...plain(kind),
  render: ({ value, note }) => `<p>${h(note)}</p><form id="form" data-lv-change="edit" ${attributes}>${kind.html(value, '')}</form>`,
});

conversation("B-B: radios: what the user picks, on its way, is not unpicked by another's choice", echo(TYPES.radio), async ({ app, tab }) => {
  app.deafen();
  await tab.click('#f-b');
  await app.until(() => app.unheard() === 1);
  app.change((state) => (state.value = 'c'));
  await app.shown(tab);
  assert.equal(await tab.evaluate(TYPES.radio.read, 'f'), 'b');
  app.hear();
  await app.quiet(tab);
  assert.deepEqual([await tab.evaluate(TYPES.radio.read, 'f'), app.state.value], ['b', 'b']);
});

conversation('B-B: radios: the choice that another makes shows in a group that nobody touched', echo(TYPES.radio), async ({ app, tab }) => {
  app.change((state) => (state.value = 'c'));
  await becomes(tab, TYPES.radio.read, 'c', 'f');
});

conversation('B-B: radios: a row that comes above takes nothing of the choice', {
  ...plain(TYPES.radio),
  render: ({ note }) => (note ? '<input type="radio" id="f-0" name="f" value="0" form="form" checked="">' : '') + `<form id="form">${TYPES.radio.html('a', '')}</form>`,
}, async ({ app, tab }) => {
  await tab.click('#f-b');
  app.change((state) => (state.note = 'more'));
  await app.shown(tab);
  assert.equal(await tab.evaluate(TYPES.radio.read, 'f'), 'b');
});

/** A select of several, without a change handler. */
const several = (render, state) => ({ state, render: (s) => `<form id="form" data-lv-submit="save">${render(s)}<button id="go">Save</button></form>` });
const options = (all, chosen) => all.map((v) => `<option value="${v}"${chosen.includes(v) ? ' selected=""' : ''}>${v}</option>`).join('');
const many = ({ all, chosen }) => `<select id="f" name="f" multiple>${options(all, chosen)}</select>`;

for (const [what, change, wanted] of [
  ['an option that is chosen goes: the others stay chosen', (state) => (state.all = ['1', '3', '4']), '1,4'],
  ['an option comes between', (state) => (state.all = ['1', '1b', '2', '3', '4']), '1,2,4'],
  ['the options are in another order', (state) => (state.all = ['4', '3', '2', '1']), '4,2,1'],
  ['the options are in groups by now', (state) => (state.grouped = true), '1,2,4'],
])
  conversation(
    `B-B: a multi-select with 1, 2, 4 chosen: ${what}`,
    several((s) => (s.grouped ? `<select id="f" name="f" multiple><optgroup label="low">${options(s.all.slice(0, 2), s.chosen)}</optgroup><optgroup label="high">${options(s.all.slice(2), s.chosen)}</optgroup></select>` : many(s)), {
      all: ['1', '2', '3', '4'],
      chosen: ['3'],
    }),
    async ({ app, tab }) => {
      await TYPES.multi.edit(tab, 'f', '1,2,4');
      app.change(change);
      await app.shown(tab);
      assert.equal(await tab.evaluate(TYPES.multi.read, 'f'), wanted);
    },
  );

conversation('B-B: a select whose chosen option goes takes the server\'s', several(({ all, chosen }) => `<select id="f" name="f">${options(all, chosen)}</select>`, { all: ['1', '2', '3', '4'], chosen: ['3'] }), async ({ app, tab }) => {
  await TYPES.select.edit(tab, 'f', '2');
  app.change((state) => (state.all = ['1', '3', '4']));
  await holds(tab, '#f', '3');
});

conversation('B-B: a select whose options are loaded keeps what the user chose in another one', several(({ all }) => `<select id="f" name="f">${options(['a', 'b', 'c'], ['a'])}</select><select id="city" name="city">${options(all, [])}</select>`, { all: [] }), async ({ app, tab }) => {
  await TYPES.select.edit(tab, 'f', 'c');
  app.change((state) => (state.all = ['x', 'y']));
  await holds(tab, '#city', 'x');
  assert.equal(await valueOf(tab, '#f'), 'c');
});

/** What a browser does that fills a form by itself: both at once, each with its events. */
const autofill = (values) => {
  for (const [id, value] of Object.entries(values)) {
    const field = document.getElementById(id);
    field.value = value;
    for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
  }
};

const ADDRESS = {
  state: { name: '', city: '', note: '' },
  render: ({ name, city, note }) => `<p>${h(note)}</p><form id="form" data-lv-change="edit" data-lv-debounce="150"><input id="name" name="name" value="${h(name)}"><input id="city" name="city" value="${h(city)}"></form>`,
  handle: (state, { form }) => void Object.assign(state, { name: form.get('name'), city: form.get('city') }),
};

conversation('B-B: two fields filled at once under one debounce, a patch between: both keep their values, and both are told', ADDRESS, async ({ app, tab }) => {
  await tab.evaluate(autofill, { name: 'Ada', city: 'London' });
  app.change((state) => (state.note = 'news'));
  await app.shown(tab);
  assert.deepEqual([await valueOf(tab, '#name'), await valueOf(tab, '#city')], ['Ada', 'London']);
  await app.until(() => app.state.name === 'Ada' && app.state.city === 'London');
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#name'), await valueOf(tab, '#city')], ['Ada', 'London']);
});

conversation('B-B: two fields filled at once under one debounce, the answer to the first letter between: both keep their values, and both are told', ADDRESS, async ({ app, tab }) => {
  app.hold();
  await type(tab, '#name', 'A');
  await app.until(() => app.held() === 1);
  await tab.evaluate(autofill, { name: 'Ada', city: 'London' });
  app.release();
  await app.shown(tab);
  assert.deepEqual([await valueOf(tab, '#name'), await valueOf(tab, '#city')], ['Ada', 'London']);
  await app.until(() => app.state.name === 'Ada' && app.state.city === 'London');
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#name'), await valueOf(tab, '#city')], ['Ada', 'London']);
});

conversation('B-B: two fields filled at once under one debounce, another user changes both meanwhile', ADDRESS, async ({ app, tab }) => {
  await tab.evaluate(autofill, { name: 'Ada', city: 'London' });
  app.change((state) => Object.assign(state, { name: 'Bob', city: 'Rome' }));
  await app.shown(tab);
  assert.deepEqual([await valueOf(tab, '#name'), await valueOf(tab, '#city')], ['Ada', 'London']);
  await app.until(() => app.state.name === 'Ada' && app.state.city === 'London');
});

conversation('B-B: typed in one field, then in the next, under one debounce, with patches between', ADDRESS, async ({ app, tab }) => {
  for (const [selector, text] of [['#name', 'Ada'], ['#city', 'London']]) {
    await tab.focus(selector);
    for (const key of text) {
      await tab.keyboard.type(key);
      app.change((state) => (state.note += key));
    }
  }
  await app.until(() => app.state.name === 'Ada' && app.state.city === 'London');
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#name'), await valueOf(tab, '#city')], ['Ada', 'London']);
});

/** Each way in which a field belongs to a form. */
const OWNERS = {
  'within its form': (field) => `<form id="form" data-lv-submit="save">${field('')}<button id="go">Save</button></form>`,
  'in a fieldset of its form': (field) => `<form id="form" data-lv-submit="save"><fieldset><legend>x</legend>${field('')}</fieldset><button id="go">Save</button></form>`,
  'by form= before its form': (field) => `${field('form="form"')}<form id="form" data-lv-submit="save"><button id="go">Save</button></form>`,
  'by form= in another form': (field) => `<form id="form" data-lv-submit="save"><button id="go">Save</button></form><form id="two" data-lv-submit="no">${field('form="form"')}</form>`,
  'in a table of its form': (field) => `<form id="form" data-lv-submit="save"><table><tbody><tr><td>${field('')}</td></tr></tbody></table><button id="go">Save</button></form>`,
};

for (const [what, render] of Object.entries(OWNERS))
  for (const name of ['text', 'select', 'radio'])
    conversation(
      `B-B: ${name} ${what}: stays the user's until it is submitted, and is submitted`,
      {
        state: { value: TYPES[name].server },
        render: ({ value }) => render((attributes) => TYPES[name].html(value, attributes)),
        handle: (state, { name: event, form }) => void (event === 'save' && (state.value = form.getAll('f').join())),
      },
      async ({ app, tab }) => {
        const { edit, user, other, read } = TYPES[name];
        await edit(tab, 'f', user);
        app.change((state) => (state.value = other));
        await app.shown(tab);
        assert.equal(await tab.evaluate(read, 'f'), user);
        await tab.click('#go');
        await app.until(() => app.state.value === user);
        await app.quiet(tab);
        assert.equal(await tab.evaluate(read, 'f'), user);
      },
    );

for (const [what, names] of [['whose text differs', { 6: 'six', 7: 'seven' }], ['whose text is the same', { 6: '', 7: '' }]])
  for (const [how, mark] of [['a key', (n) => `data-lv-key="record-${n}"`], ['an id', (n) => `id="record-${n}"`]])
    conversation(
      `B-B: what is typed for one record is never saved into the next, ${what}, the form has ${how}`,
      {
        state: { record: 6, names },
        render: ({ record, names }) =>
          `<form data-lv-submit="save" ${mark(record)} data-lv-value-id="${record}"><input class="name" name="name" value="${h(names[record])}"><button id="go">Save</button></form>`,
        handle: (state, { values, form }) => void (state.names[values.get('id')] = form.get('name')),
      },
      async ({ app, tab }) => {
        await type(tab, '.name', ' of mine');
        app.change((state) => (state.record = 7));
        await app.shown(tab);
        await holds(tab, '.name', names[7]);
        await tab.click('#go');
        await app.until(() => app.events.length === 1);
        assert.deepEqual(app.state.names, names);
      },
    );

conversation(
  'B-B: what is typed for one record, told late, does not show in the next',
  {
    state: { record: 6, names: { 6: '', 7: '' } },
    render: ({ record, names }) => `<form id="record-${record}" data-lv-change="edit" data-lv-value-id="${record}"><input class="name" name="name" value="${h(names[record])}"></form>`,
    handle: (state, { values, form }) => void (state.names[values.get('id')] = form.get('name')),
  },
  async ({ app, tab }) => {
    app.deafen();
    await type(tab, '.name', 'mine');
    app.change((state) => (state.record = 7));
    await app.shown(tab);
    assert.equal(await valueOf(tab, '.name'), '');
    app.hear();
    await app.quiet(tab);
    assert.deepEqual([app.state.names, await valueOf(tab, '.name')], [{ 6: 'mine', 7: '' }, '']);
  },
);

/** Rows with a field each, in use while rows come and go. */
const ROWS = {
  state: { rows: ['a', 'b', 'c'], note: '' },
  render: ({ rows, note }) => `<p>${h(note)}</p><form id="form" data-lv-submit="save">${rows.map((id) => `<p data-lv-key="${id}"><input class="${id}" name="text" value=""></p>`).join('')}</form>`,
};

for (const [what, rows] of [
  ['a row comes above', ['x', 'a', 'b', 'c']],
  ['a row above goes', ['b', 'c']],
  ['the rows are in another order', ['c', 'b', 'a']],
])
  conversation(`B-B: the text of a row in use, its focus and its caret stay where ${what}`, ROWS, async ({ app, tab }) => {
    await type(tab, '.b', 'hello');
    await tab.keyboard.press('ArrowLeft');
    app.change((state) => (state.rows = rows));
    await app.shown(tab);
    await tab.keyboard.type('X');
    const fields = await tab.evaluate(() => [...document.querySelectorAll('input')].map((field) => `${field.className}:${field.value}`).filter((text) => !text.endsWith(':')));
    assert.deepEqual(fields, ['b:hellXo']);
  });

conversation('B-B: the fields around one in use follow the server', {
  state: { a: '', b: '' },
  render: ({ a, b }) => `<form id="form" data-lv-submit="save"><input id="a" name="a" value="${h(a)}"><input id="b" name="b" value="${h(b)}"></form>`,
}, async ({ app, tab }) => {
  await type(tab, '#a', 'mine');
  app.change((state) => Object.assign(state, { a: 'theirs', b: 'theirs' }));
  await holds(tab, '#b', 'theirs');
  assert.equal(await valueOf(tab, '#a'), 'mine');
});

conversation('B-B: a field in use in a region of its own', {
  state: { a: '', note: '' },
  render: ({ a, note }) => ({
    '': `<p>${h(note)}</p><div data-lv-region="inner"></div>`,
    inner: `<form id="form" data-lv-submit="save"><input id="a" name="a" value="${h(a)}"></form>`,
  }),
}, async ({ app, tab }) => {
  await type(tab, '#a', 'mine');
  app.change((state) => Object.assign(state, { a: 'theirs', note: 'news' }));
  await becomes(tab, () => document.querySelector('p').textContent, 'news');
  assert.equal(await valueOf(tab, '#a'), 'mine');
});
