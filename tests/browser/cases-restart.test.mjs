// B-G: the server comes back without the session.
import assert from 'node:assert/strict';
import { becomes, caret, conversation, holds, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';
import { TYPES, X_FIELD } from './client/types.mjs';

const away = (tab) => tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
const lost = (tab) => becomes(tab, () => /^lost: /.test(document.querySelector('.lv-notice').textContent), true);

/** A form beside a counter: a click on that before the restart has the session known to be gone. */
const page = (form, more = {}) => ({
  state: { n: 0, saved: [], values: {}, rows: ['r1'] },
  render: (state) => `<button id="inc" data-lv-click="inc">${state.n}</button>${form(state)}`,
  handle: (state, { name, pairs, form, values }) => {
    if (name === 'inc') state.n++;
    if (name === 'add') state.rows.push(`r${state.rows.length + 1}`);
    if (name === 'save') state.saved.push(pairs);
    if (name === 'edit') state.values = Object.fromEntries([...new Set(form.keys())].map((key) => [key, form.getAll(key).join()]));
  },
  after: X_FIELD,
  ...more,
});

/** One event that the session has applied. */
async function begun({ app, tab }) {
  await tab.click('#inc');
  await app.until(() => app.events.length > 0);
  await app.quiet(tab);
}

/** The server is away while `act` runs, and comes back without the session; or with the page loaded again meanwhile. */
async function restarted({ app, tab }, act, { reload = false, keep } = {}) {
  app.offline();
  await away(tab);
  await act();
  app.restart(keep);
  if (reload) await tab.reload();
  await app.online(tab);
}

const OPTIONS = (chosen) => ['a', 'b', 'c', 'd'].map((v) => `<option value="${v}"${chosen.includes(v) ? ' selected=""' : ''}>${v}</option>`).join('');
const ODD = page(
  () => `<form id="form" data-lv-submit="save"><input id="t1" name="tag" value=""><input id="t2" name="tag" value=""><input id="t3" name="tag" value="">
    <select id="many" name="many" multiple>${OPTIONS(['a'])}</select><input type="checkbox" id="box" name="box" checked><input type="checkbox" id="x1" name="x" value="1"><input type="checkbox" id="x2" name="x" value="2" checked>
    <input type="radio" id="ra" name="r" value="a" checked><input type="radio" id="rb" name="r" value="b"><select id="one" name="one">${OPTIONS(['a'])}</select>
    <textarea id="area" name="area"></textarea><input type="hidden" name="_csrf" value="of the page"><button id="go" name="how" value="fast">Save</button></form>`,
);
/** All that the user did to it. */
async function fill(tab) {
  for (const [id, text] of [['t1', 'one'], ['t2', 'two'], ['t3', 'three'], ['area', 'line']]) await type(tab, `#${id}`, text);
  await TYPES.multi.edit(tab, 'many', 'b,d');
  for (const id of ['box', 'x1', 'x2', 'rb']) await tab.click(`#${id}`);
  await tab.selectOption('#one', 'c');
}
const filled = () => JSON.stringify([
  ['t1', 't2', 't3', 'one', 'area'].map((id) => document.getElementById(id).value),
  [...document.getElementById('many').selectedOptions].map(({ value }) => value),
  ['box', 'x1', 'x2', 'ra', 'rb'].map((id) => document.getElementById(id).checked),
]);
const AS_TYPED = JSON.stringify([['one', 'two', 'three', 'c', 'line'], ['b', 'd'], [false, true, false, false, true]]);
const PAIRS = ['tag', 'one', 'tag', 'two', 'tag', 'three', 'many', 'b', 'many', 'd', 'x', '1', 'r', 'b', 'one', 'c', 'area', 'line', '_csrf', 'of the page', 'how', 'fast'];

for (const reload of [false, true])
  conversation(`B-G: three fields of one name, a multi-select, boxes ticked by default, Save while the server is away${reload ? ', and a reload' : ''}: as typed`, ODD, async ({ app, tab }) => {
    await begun({ app, tab });
    await restarted({ app, tab }, async () => {
      await fill(tab);
      await tab.click('#go');
    }, { reload });
    await lost(tab);
    await becomes(tab, filled, AS_TYPED);
    await tab.click('#go');
    await app.until(() => app.state.saved.length === 1);
    assert.deepEqual(app.state.saved[0], PAIRS);
  });

conversation('B-G: the same, changed after Save: the newest stays', ODD, async ({ app, tab }) => {
  await begun({ app, tab });
  await restarted({ app, tab }, async () => {
    await fill(tab);
    await tab.click('#go');
    await type(tab, '#t2', ' and more');
    await tab.click('#box');
  });
  await lost(tab);
  await app.shown(tab);
  const wanted = JSON.parse(AS_TYPED);
  wanted[0][1] = 'two and more';
  wanted[2][0] = true;
  assert.equal(await tab.evaluate(filled), JSON.stringify(wanted));
});

conversation('B-G: what was filled in, and neither told nor submitted, stays', ODD, async ({ app, tab }) => {
  await begun({ app, tab });
  await fill(tab);
  await restarted({ app, tab }, () => {});
  await app.shown(tab);
  assert.equal(await tab.evaluate(filled), AS_TYPED);
});

/** A form that tells its changes, and shows what it is told. */
const echoed = (kind) =>
  page(({ values }) => `<form id="form" data-lv-change="edit" data-lv-submit="save">${kind.html(values.f ?? kind.server, '')}<button id="go">Save</button></form><p id="echo">${h(values.f)}</p>`);

for (const name of ['text', 'textarea', 'number', 'date', 'range', 'color', 'checkbox', 'radio', 'select', 'multi', 'element']) {
  const kind = TYPES[name];
  for (const reload of name === 'file' ? [false] : [false, true])
    conversation(`B-G: ${name}, told to the old session and not submitted: filled in${reload ? ' after a reload' : ''}, and told to the new one`, echoed(kind), async ({ app, tab }) => {
      await begun({ app, tab });
      await kind.edit(tab, 'f', kind.user);
      await app.until(() => app.state.values.f === kind.user);
      await app.quiet(tab);
      await restarted({ app, tab }, () => {}, { reload });
      await becomes(tab, kind.read, kind.user, 'f');
      await app.until(() => app.state.values.f === kind.user);
      await app.quiet(tab);
      assert.equal(await tab.evaluate(kind.read, 'f'), kind.user);
    });
}

conversation('B-G: a chosen file is still chosen', page(() => `<form id="form" data-lv-submit="save">${TYPES.file.html('', '')}<input id="t" name="t" value=""><button id="go">Save</button></form>`), async ({ app, tab }) => {
  await begun({ app, tab });
  await TYPES.file.edit(tab, 'f', 'mine.txt');
  await type(tab, '#t', 'x');
  await restarted({ app, tab }, () => tab.click('#go'));
  await lost(tab);
  assert.deepEqual([await tab.evaluate(TYPES.file.read, 'f'), await valueOf(tab, '#t')], ['mine.txt', 'x']);
});

conversation('B-G: what was typed while the server was away, and told to nobody, is told to the new session', echoed(TYPES.text), async ({ app, tab }) => {
  await begun({ app, tab });
  await restarted({ app, tab }, () => type(tab, '#f', ' more'));
  await app.until(() => app.state.values.f === 'one more');
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#f'), await tab.textContent('#echo')], ['one more', 'one more']);
});

conversation('B-G: focus and caret are where they were', echoed(TYPES.text), async ({ app, tab }) => {
  await begun({ app, tab });
  await type(tab, '#f', ' hello');
  await app.until(() => app.state.values.f === 'one hello');
  await app.quiet(tab);
  await tab.keyboard.press('ArrowLeft');
  await tab.keyboard.press('ArrowLeft');
  await restarted({ app, tab }, () => {});
  await app.until(() => app.state.values.f === 'one hello');
  await app.quiet(tab);
  assert.deepEqual([await caret(tab), await tab.evaluate(() => document.activeElement.id)], [7, 'f']);
  await tab.keyboard.type('X');
  await holds(tab, '#f', 'one helXlo');
});

conversation('B-G: the user goes on typing while the session is made anew', { ...echoed(TYPES.text), delay: 80 }, async ({ app, tab }) => {
  await begun({ app, tab });
  await type(tab, '#f', ' a');
  await app.quiet(tab);
  await restarted({ app, tab }, () => tab.keyboard.type('b'));
  await tab.keyboard.type('cdef', { delay: 25 });
  await app.until(() => app.state.values.f === 'one abcdef');
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#f'), 'one abcdef');
});

/** A form with rows that the user adds. */
const ROWS = page(
  ({ rows, values }) =>
    `<form id="form" data-lv-change="edit" data-lv-submit="save">${rows.map((id, i) => `<p data-lv-key="${id}" id="${id}"><input class="text" name="items[${i}][name]" value="${h(values[`items[${i}][name]`])}"></p>`).join('')}<button id="go">Save</button></form><button id="add" data-lv-click="add">add</button>`,
);
const texts = () => [...document.querySelectorAll('.text')].map((field) => `${field.closest('[data-lv-key]').id}:${field.value}`).join();

conversation('B-G: rows by key: each has its own text again, none has another\'s, none is doubled', ROWS, async ({ app, tab }) => {
  await begun({ app, tab });
  await tab.click('#add');
  await tab.click('#add');
  await app.until(() => app.state.rows.length === 3);
  await app.quiet(tab);
  for (const id of ['r1', 'r2', 'r3']) await type(tab, `#${id} .text`, `of ${id}`);
  await app.until(() => app.state.values['items[2][name]'] === 'of r3');
  await app.quiet(tab);
  // The new session has two of the three rows, in another order.
  await restarted({ app, tab }, () => {}, { keep: (state) => ({ ...state, rows: ['r3', 'r1'], values: {} }) });
  await becomes(tab, texts, 'r3:of r3,r1:of r1');
  await app.until(() => app.state.values['items[0][name]'] === 'of r3' && app.state.values['items[1][name]'] === 'of r1');
});

conversation('B-G: rows by key, over a reload', ROWS, async ({ app, tab }) => {
  await begun({ app, tab });
  await tab.click('#add');
  await app.until(() => app.state.rows.length === 2);
  await app.quiet(tab);
  for (const id of ['r1', 'r2']) await type(tab, `#${id} .text`, `of ${id}`);
  await app.until(() => app.state.values['items[1][name]'] === 'of r2');
  await app.quiet(tab);
  await restarted({ app, tab }, () => {}, { reload: true, keep: (state) => ({ ...state, rows: ['r2', 'r1'], values: {} }) });
  await becomes(tab, texts, 'r2:of r2,r1:of r1');
});

conversation('B-G: a message that was said, and acknowledged, is not in the field again', page(() => '<form id="form" data-lv-submit="save"><input id="f" name="f" value=""></form>'), async ({ app, tab }) => {
  await begun({ app, tab });
  await type(tab, '#f', 'said');
  await tab.keyboard.press('Enter');
  await app.until(() => app.state.saved.length === 1);
  await app.quiet(tab);
  await restarted({ app, tab }, () => {});
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#f'), '');
  assert.equal(app.state.saved.length, 0);
});

conversation('B-G: a message that was refused is in the field still', page(() => '<form id="form" data-lv-submit="say"><input id="f" name="f" value=""></form>', { handle: (state, { name }, call) => (name === 'say' ? void call.refuse() : void state.n++) }), async ({ app, tab }) => {
  await begun({ app, tab });
  await type(tab, '#f', 'refused');
  await tab.keyboard.press('Enter');
  await app.until(() => app.events.length === 2);
  await app.quiet(tab);
  await restarted({ app, tab }, () => {});
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#f'), 'refused');
});

conversation('B-G: two messages while the server is away: both are lost with a word, and the newest is in the field', page(() => '<form id="form" data-lv-submit="save"><input id="f" name="f" value=""></form>'), async ({ app, tab }) => {
  await begun({ app, tab });
  await restarted({ app, tab }, async () => {
    await type(tab, '#f', 'one');
    await tab.keyboard.press('Enter');
    await tab.keyboard.press('Control+a');
    await tab.keyboard.type('two');
    await tab.keyboard.press('Enter');
  });
  await lost(tab);
  await app.shown(tab);
  assert.match(await valueOf(tab, '#f'), /two$/);
});

conversation('B-G: clicks while the server is away: how many were lost is said, and no field changes', page(({ n }) => `<input id="f" name="f" value="${n}">`), async ({ app, tab }) => {
  await begun({ app, tab });
  await restarted({ app, tab }, async () => {
    await tab.click('#inc');
    await tab.click('#inc');
  });
  await becomes(tab, () => document.querySelector('.lv-notice').textContent, 'lost: 2');
  await holds(tab, '#f', '0');
});

conversation("B-G: the page's hidden fields and buttons are the new page's", ODD, async ({ app, tab }) => {
  await begun({ app, tab });
  await tab.evaluate(() => (document.querySelector('[name=_csrf]').defaultValue = 'of the page'));
  await restarted({ app, tab }, async () => {
    await type(tab, '#t1', 'x');
    await tab.click('#go');
  });
  await lost(tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('[name=_csrf]').value, document.querySelector('#go').value]), ['of the page', 'fast']);
});

conversation('B-G: radios and boxes outside of a form, told to the old session, are told to the new one', page(() => `${TYPES.radio.html('a', 'data-lv-change="edit"')}<input type="checkbox" id="box" name="box" data-lv-change="edit">`, {
  handle: (state, { name, form }) => {
    if (name === 'inc') state.n++;
    else Object.assign(state.values, Object.fromEntries(form));
  },
}), async ({ app, tab }) => {
  await begun({ app, tab });
  await tab.click('#f-c');
  await tab.click('#box');
  await app.until(() => app.state.values.f === 'c' && app.state.values.box === 'on');
  await app.quiet(tab);
  await restarted({ app, tab }, () => {});
  await app.until(() => app.state.values.f === 'c' && app.state.values.box === 'on');
});

conversation('B-G: what was typed into an editable element stays', page(() => '<div id="f" contenteditable="">start</div>'), async ({ app, tab }) => {
  await begun({ app, tab });
  await type(tab, '#f', ' and more');
  await restarted({ app, tab }, () => {});
  await app.shown(tab);
  assert.equal(await tab.textContent('#f'), 'start and more');
});
