// The table that says whose a field's value is, a test for each row and each type of field. The types are described in client/types.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, caret, composing, conversation } from './client/tab.mjs';
import { h, mistake } from './client/app.mjs';
import { TYPES, X_FIELD } from './client/types.mjs';

/** Rows that mean nothing for a type, with the reason. */
const MEANINGLESS = {
  TWO_VALUES: 'a box has two values: where the user changed it, the server can only agree, or say what it said',
  NO_SERVER_VALUE: "a file's value can't be the server's, but for none",
  NO_FORM_DATA: 'a form submits nothing of an editable element',
  NO_CARET: 'it has no caret that a script can read or set, and no input method composes in it',
  NO_TEXT: 'it is no text: what was changed since replaces what was submitted',
  NO_KEYS: 'no key is pressed in it, or the browser opens a window of its own for it',
  INNER_CARET: 'the caret is in the shadow tree, which is its own',
  EDITABLE_CARET: 'its caret is tested by itself, below',
};

/** Why a row means nothing for each type that it leaves out: `{ type: reason }`. */
const noThird = { checkbox: 'TWO_VALUES', file: 'NO_SERVER_VALUE' };
const noServer = { file: 'NO_SERVER_VALUE' };
const noSubmit = { editable: 'NO_FORM_DATA' };
const noText = Object.fromEntries(Object.values(TYPES).filter(({ text }) => !text).map(({ name }) => [name, 'NO_TEXT']));
const noCaret = Object.fromEntries(Object.values(TYPES).filter(({ text }) => !text).map(({ name }) => [name, { element: 'INNER_CARET', editable: 'EDITABLE_CARET' }[name] ?? 'NO_CARET']));

/**
 * A page of one field. `on` is on the form, which is missing if `bare`, `own` on the field; `handle(state, value, call, name)` gets what an event says.
 */
const page = (kind, { on = '', own = '', bare = false, handle = () => {}, value = kind.server } = {}) => ({
  state: { value, note: '' },
  render: ({ value, note }) =>
    `<p>${h(note)}</p>${bare ? kind.html(value, own) : `<form id="form" ${on}>${kind.html(value, own)}<button id="go">Save</button></form>`}<button id="elsewhere" data-lv-click="elsewhere">x</button>`,
  handle: (state, { name, form }, call) => handle(state, form.getAll('f').join(), call, name),
  after: kind.name === 'element' ? X_FIELD : '',
});

const CHANGES = 'data-lv-change="edit"';
const SUBMITS = 'data-lv-submit="save"';
const store = (state, value, call, name) => {
  if (name !== 'elsewhere') state.value = value;
};

/** A row for all types but those of `none`; `run` has `kind`, and `user()` edits, `reads(value)` waits for what shows, `stays(value)` asserts it. */
function row(title, none, options, run) {
  for (const kind of Object.values(TYPES)) {
    const reason = MEANINGLESS[none[kind.name]];
    if (reason) {
      test(`${title}: ${kind.name}`, { skip: reason }, () => {});
      continue;
    }
    conversation(`${title}: ${kind.name}`, page(kind, typeof options === 'function' ? options(kind) : options), async ({ app, tab }) => {
      const stays = async (value) => {
        await app.shown(tab);
        assert.equal(await tab.evaluate(kind.read, 'f'), value);
      };
      await run({
        app,
        tab,
        kind,
        edit: (value) => kind.edit(tab, 'f', value),
        becomes: (value) => becomes(tab, kind.read, value, 'f'),
        stays,
        /** Another user's value, carried out. */
        theirs: async (value = kind.other ?? kind.user) => {
          app.change((state) => (state.value = value));
          await app.shown(tab);
        },
        /** All is acknowledged, after at least `count` events. */
        acknowledged: async (count = 1) => {
          await app.until(() => app.events.length >= count);
          await app.quiet(tab);
        },
      });
    });
  }
}

/* Untouched. */

row("untouched, the server's differs: takes it", noServer, {}, async ({ becomes, theirs, kind }) => {
  await theirs();
  await becomes(kind.other ?? kind.user);
});

row('untouched, the server changes something else: stays', {}, {}, async ({ app, stays, kind }) => {
  app.change((state) => (state.note = 'news'));
  await stays(kind.server);
});

row("untouched, but in focus, the server's differs: takes it, and the caret stays after the same letters", noCaret, (kind) => ({ value: kind.text ? 'a bcd' : kind.server }), async ({ tab, becomes, theirs }) => {
  await tab.click('#f');
  await tab.keyboard.press('Home');
  for (let i = 0; i < 3; i++) await tab.keyboard.press('ArrowRight');
  await theirs('(AB) cdx');
  await becomes('(AB) cdx');
  assert.equal(await caret(tab), 3, 'after two letters');
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'f');
  await tab.keyboard.press('End');
  await theirs('longer than that');
  assert.equal(await caret(tab), 16, 'at the end it stays at the end');
});

/* Told. */

row("told, the server's differs: takes it", noServer, { on: CHANGES }, async ({ edit, becomes, stays, theirs, acknowledged, kind }) => {
  await edit(kind.user);
  await acknowledged();
  await stays(kind.user);
  if (kind.other === undefined) {
    await theirs(kind.user);
    await theirs(kind.server);
    return becomes(kind.server);
  }
  await theirs();
  await becomes(kind.other);
});

row("told, the server's doesn't differ from its base: stays", {}, { on: CHANGES }, async ({ app, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  await acknowledged();
  await stays(kind.user);
  app.change((state) => (state.note = 'news'));
  await stays(kind.user);
});

row('told, and the server takes it: stays, and follows what comes then', noThird, { on: CHANGES, handle: (state, value, _, name) => void (name === 'edit' && (state.value = value)) }, async ({ edit, becomes, stays, theirs, acknowledged, kind }) => {
  await edit(kind.user);
  await acknowledged();
  if (kind.name !== 'editable') await stays(kind.user);
  await theirs();
  await becomes(kind.other);
});

row("told by its blur, the server's differs: takes it", noThird, { own: 'data-lv-blur="left"' }, async ({ app, tab, edit, becomes, theirs, acknowledged, kind }) => {
  await edit(kind.user);
  await tab.focus(kind.name === 'radio' ? '#f-b' : '#f');
  await tab.focus('#elsewhere');
  await app.until(() => app.events.some(({ name }) => name === 'left'));
  await acknowledged();
  await theirs();
  await becomes(kind.other);
});

row("told by a key, the server's differs: takes it", { ...noThird, color: 'NO_KEYS', radio: 'NO_KEYS', multi: 'NO_KEYS' }, { own: 'data-lv-keyup="key"' }, async ({ edit, becomes, theirs, acknowledged, kind }) => {
  await edit(kind.user);
  await acknowledged();
  await theirs();
  await becomes(kind.other);
});

/* Touched, and not told yet. */

const AWAITED = {
  pending: {
    options: { on: CHANGES },
    before: ({ app }) => app.deafen(),
    after: ({ app }) => app.hear(),
  },
  debounced: { options: { on: `${CHANGES} data-lv-debounce="60000"` }, after: ({ tab }) => tab.click('#elsewhere') },
  throttled: {
    options: { on: `${CHANGES} data-lv-throttle="60000"` },
    // The first of a row of changes is told at once; it is the last that waits.
    before: async ({ edit, acknowledged, kind }) => {
      await edit(kind.name === 'checkbox' || kind.name === 'file' ? kind.user : kind.later);
      await acknowledged();
    },
    after: ({ tab }) => tab.click('#elsewhere'),
  },
};

for (const [what, { options, before, after }] of Object.entries(AWAITED)) {
  row(`touched, its change is ${what}, the server's differs: stays, and takes it once told`, noThird, options, async (test) => {
    const { app, edit, becomes, stays, theirs, kind } = test;
    await before?.(test);
    await edit(kind.user);
    await theirs();
    await stays(kind.user);
    const heard = app.events.length;
    await after(test);
    await app.until(() => app.events.length > heard);
    await becomes(kind.other);
  });

  row(`touched, its change is ${what}, the server changes something else: stays`, {}, options, async (test) => {
    const { app, edit, stays, kind } = test;
    await before?.(test);
    await edit(kind.user);
    app.change((state) => (state.note = 'news'));
    await stays(kind.user);
    const heard = app.events.length;
    await after(test);
    await app.until(() => app.events.length > heard);
    await app.quiet(test.tab);
    await stays(kind.user);
  });
}

row("touched without a connection, the server's differs by then: takes it once told", noThird, { on: CHANGES }, async ({ app, tab, edit, becomes, kind }) => {
  app.offline();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  await edit(kind.user);
  app.change((state) => (state.value = kind.other));
  await app.online(tab);
  await app.until(() => app.events.length > 0);
  await becomes(kind.other);
});

row('touched without a connection, and the server takes it: stays', { ...noSubmit }, { on: CHANGES, handle: store }, async ({ app, tab, edit, stays, kind }) => {
  app.offline();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  await edit(kind.user);
  await app.online(tab);
  await app.until(() => app.state.value === kind.user);
  await app.quiet(tab);
  await stays(kind.user);
});

row("touched by a composition, the server's differs: stays, and afterwards what the server says is looked at again", noCaret, { on: CHANGES }, async ({ app, tab, becomes, stays, theirs, kind }) => {
  await tab.click('#f');
  await tab.keyboard.press('End');
  const ime = await composing(tab);
  await ime.set('ni');
  await theirs();
  await stays(`${kind.server}ni`);
  await ime.commit('né');
  await app.until(() => app.events.some(({ form }) => form.get('f') === `${kind.server}né`));
  await becomes(kind.other);
});

/* Touched, and nothing around tells the server. */

row("touched, nothing tells the server, the server's differs: stays until its form is submitted", { ...noThird, ...noSubmit }, { on: SUBMITS, handle: store }, async ({ app, tab, edit, becomes, stays, theirs, acknowledged, kind }) => {
  await edit(kind.user);
  await theirs();
  await stays(kind.user);
  await tab.click('#elsewhere');
  await acknowledged();
  await stays(kind.user);
  await tab.click('#go');
  await acknowledged(2);
  assert.equal(app.state.value, kind.user);
  await theirs();
  await becomes(kind.other);
});

row('touched, nothing tells the server, the server changes something else: stays', {}, {}, async ({ app, tab, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  app.change((state) => (state.note = 'news'));
  await stays(kind.user);
  await tab.click('#elsewhere');
  await acknowledged();
  await stays(kind.user);
});

row('touched, outside of any form, nothing tells the server: stays', noThird, { bare: true }, async ({ edit, stays, theirs, kind }) => {
  await edit(kind.user);
  await theirs();
  await stays(kind.user);
});

/* Submitted, and acknowledged. */

row("submitted, acknowledged, not changed since: takes the server's, which is as before", noSubmit, { on: SUBMITS }, async ({ tab, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  await tab.click('#go');
  await acknowledged();
  await stays(kind.server);
});

row("submitted, acknowledged, not changed since: takes the server's, which is another", { ...noThird, ...noSubmit }, (kind) => ({ on: SUBMITS, handle: (state, value, _, name) => void (name === 'save' && (state.value = kind.other)) }), async ({ tab, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  await tab.click('#go');
  await acknowledged();
  await stays(kind.other);
});

row('submitted, acknowledged, and the server took it: stays', { ...noSubmit, ...noServer }, { on: SUBMITS, handle: store }, async ({ tab, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  await tab.click('#go');
  await acknowledged();
  await stays(kind.user);
});

const noTextAs = (reason) => Object.fromEntries(Object.values(TYPES).filter(({ text }) => text).map(({ name }) => [name, reason]));
MEANINGLESS.TEXT = 'it is a text, which has a row of its own';
const staysAsChanged = async ({ app, tab, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  app.hold();
  await tab.click('#go');
  await app.until(() => app.held() > 0);
  await edit(kind.later);
  app.release();
  await acknowledged();
  await stays(kind.later);
};
row('submitted, changed since, acknowledged: what it is now stays', { ...noSubmit, ...noTextAs('TEXT') }, { on: SUBMITS, handle: store }, staysAsChanged);

row("submitted, changed since, acknowledged, the server's is another: what it is now stays", { ...noThird, ...noSubmit, ...noTextAs('TEXT') }, (kind) => ({ on: SUBMITS, handle: (state) => void (state.value = kind.other) }), staysAsChanged);

for (const [what, answer, wanted] of [['empty', '', 'two'], ['as it was submitted', 'one', 'onetwo'], ['upper case', 'ONE', 'ONEtwo'], ['longer', 'one, saved: ', 'one, saved: two']])
  row(`submitted, typed on, acknowledged, the server's is ${what}: what was typed since comes after it`, noText, () => ({ on: SUBMITS, value: '', handle: (state) => void (state.value = answer) }), async ({ app, tab, stays, acknowledged }) => {
    await tab.click('#f');
    await tab.keyboard.type('one');
    app.hold();
    await tab.evaluate(() => document.querySelector('#form').requestSubmit());
    await app.until(() => app.held() > 0);
    await tab.keyboard.type('two');
    app.release();
    await acknowledged();
    await stays(wanted);
    assert.equal(await caret(tab), wanted.length);
  });

/* Submitted, and refused. */

for (const [what, refuse] of [['refused', (state, call) => call.refuse()], ['refused, with other marks', (state, call) => ((state.note = 'errors'), call.refuse())], ['undone by an error', () => { throw mistake(); }]])
  row(`submitted, ${what}: stays as typed`, noSubmit, { on: SUBMITS, handle: (state, _, call) => void refuse(state, call) }, async ({ app, tab, edit, stays, acknowledged, kind }) => {
    await edit(kind.user);
    await tab.click('#go');
    await acknowledged();
    await stays(kind.user);
    app.change((state) => (state.note = 'news'));
    await stays(kind.user);
  });

row("submitted, refused, the server's differs: stays as typed", { ...noThird, ...noSubmit }, (kind) => ({ on: SUBMITS, handle: (state, _, call) => ((state.value = kind.other), call.refuse()) }), async ({ tab, edit, stays, acknowledged, kind }) => {
  await edit(kind.user);
  await tab.click('#go');
  await acknowledged();
  await stays(kind.user);
});

/* data-lv-own="server". */

for (const [where, options] of [['the field', { on: CHANGES, own: 'data-lv-own="server"' }], ['its form', { on: `${CHANGES} data-lv-own="server"` }]])
  row(`data-lv-own="server" on ${where}: takes the server's at each acknowledgement, though it is as before`, {}, options, async ({ edit, becomes, acknowledged, kind }) => {
    await edit(kind.user);
    await acknowledged();
    await becomes(kind.server);
    await edit(kind.user);
    await acknowledged(2);
    await becomes(kind.server);
  });

row('data-lv-own="server": takes the server\'s, which is another', noThird, (kind) => ({ on: CHANGES, own: 'data-lv-own="server"', handle: (state, _, call, name) => void (name === 'edit' && (state.value = kind.other)) }), async ({ edit, becomes, acknowledged, kind }) => {
  await edit(kind.user);
  await acknowledged();
  await becomes(kind.other);
});

/* Identity. */

for (const [what, render] of [
  ['another id', (kind, n, value) => `<form id="form">${kind.html(value, '', `f${n}`)}</form>`],
  ['another form', (kind, n, value) => `<form id="form${n}">${kind.html(value, '')}</form>`],
  ['another key around it', (kind, n, value) => `<form id="form"><div data-lv-key="${n}">${kind.html(value, '')}</div></form>`],
])
  for (const name of ['text', 'select', 'radio', 'checkbox', 'editable']) {
    const kind = TYPES[name];
    conversation(`${what} is another field, and untouched: ${name}`, { state: { n: 6 }, render: ({ n }) => render(kind, n, kind.server) }, async ({ app, tab }) => {
      const id = () => (what === 'another id' ? `f${app.state.n}` : 'f');
      await kind.edit(tab, id(), kind.user);
      app.change((state) => (state.n = 7));
      await app.shown(tab);
      assert.equal(await tab.evaluate(kind.read, id()), kind.server);
    });
  }

/* What is the user's in an editable element. */

conversation('an editable element, touched: its caret stays while the page changes around it', page(TYPES.editable), async ({ app, tab }) => {
  await tab.click('#f');
  await tab.keyboard.press('End');
  await tab.keyboard.type(' more');
  await tab.keyboard.press('ArrowLeft');
  app.change((state) => (state.note = 'news'));
  await app.shown(tab);
  await tab.keyboard.type('X');
  assert.equal(await tab.textContent('#f'), 'one morXe');
});
