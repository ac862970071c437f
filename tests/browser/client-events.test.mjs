// Each attribute, from what the user does to the EVENT frame that the server gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, live, silent } from './client/tab.mjs';

/** A test of which events a page of `inner` sends. */
const events = (name, inner, run, options) => test(name, live(inner, run, options));

/** The event has what is `wanted` and nothing else; a list may be empty, or may not be there. */
const only = (event, wanted) =>
  assert.deepEqual(
    { ...event, values: event.values ?? [], form: event.form ?? [], modifiers: event.modifiers ?? 0 },
    { id: 1, ack: 0, values: [], form: [], target: undefined, key: undefined, modifiers: 0, ...wanted },
  );

events('a click tells its name and no more', '<button data-lv-click="inc">+</button>', async ({ tab, connection }) => {
  await tab.click('button');
  only(await connection.event(), { name: 'inc' });
});

events(
  'a click tells values, target and modifiers',
  '<p data-lv-click="pick" data-lv-value-id="7" data-lv-value-full-name="Ada" data-lv-target="cart">x</p>',
  async ({ tab, connection }) => {
    await tab.click('p', { modifiers: ['Shift', 'Alt'] });
    only(await connection.event(), { name: 'pick', values: ['id', '7', 'full-name', 'Ada'], target: 'cart', modifiers: 5 });
  },
);

events('events are numbered, and each carries the acknowledgement', '<i data-lv-region="a"></i><button data-lv-click="x">x</button>', async ({ tab, connection }) => {
  await tab.click('button');
  await tab.click('button');
  assert.equal((await connection.event()).id, 1);
  assert.equal((await connection.event()).id, 2);
  connection.whole(2, ['a', 'done']);
  await tab.locator('i', { hasText: 'done' }).waitFor();
  await tab.click('button');
  const third = await connection.event();
  assert.deepEqual([third.id, third.ack], [3, 1]);
});

events(
  'a click goes to the nearest element, then to those around it, up to data-lv-stop',
  '<section data-lv-click="never"><div data-lv-click="outer" data-lv-stop><p data-lv-click="inner"><b>x</b></p></div></section>',
  async ({ tab, connection }) => {
    await tab.click('b');
    assert.equal((await connection.event()).name, 'inner');
    assert.equal((await connection.event()).name, 'outer');
    await silent(tab, connection);
  },
);

events('data-lv-stop without a handler keeps an event from the elements around', '<p data-lv-click="row">row <b data-lv-stop>x</b></p>', async ({ tab, connection }) => {
  await tab.click('b');
  await tab.click('p', { position: { x: 2, y: 2 } });
  assert.equal((await connection.event()).id, 1);
});

events('a click on a link or a plain button of a form leaves the page alone', '<a href="/other" data-lv-click="link">a</a><form action="/other"><button data-lv-click="plain">b</button><button type="submit" data-lv-click="typed">c</button></form>', async ({ tab, connection, server }) => {
  for (const [selector, name] of [['a', 'link'], ['button', 'plain'], ['[type=submit]', 'typed']]) {
    await tab.click(selector);
    assert.equal((await connection.event()).name, name);
  }
  assert.equal(tab.url(), server.url + '/');
});

events('data-lv-prevent keeps the browser from its own act', '<input type="checkbox" data-lv-click="tick" data-lv-prevent>', async ({ tab, connection }) => {
  await tab.click('input');
  assert.equal((await connection.event()).name, 'tick');
  assert.equal(await tab.isChecked('input'), false);
});

events(
  'a submit tells all values of the form, and the button',
  `<form data-lv-submit="save"><input name="a" value="1"><input name="a" value="2"><input type="checkbox" name="no">
   <select name="s" multiple><option selected>x</option><option selected>y</option></select><textarea name="t">ä</textarea>
   <input type="file" name="f"><button name="how" value="fast">go</button></form>`,
  async ({ tab, connection, server }) => {
    await tab.setInputFiles('[type=file]', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await tab.click('button');
    only(await connection.event(), {
      name: 'save',
      form: ['a', '1', 'a', '2', 's', 'x', 's', 'y', 't', 'ä', 'f', 'notes.txt', 'how', 'fast'],
    });
    assert.equal(tab.url(), server.url + '/');
  },
);

events('a form with fields named like its own methods submits and resets', '<form data-lv-submit="save"><input name="reset"><input name="elements"><button>go</button></form>', async ({ tab, connection }) => {
  await tab.fill('[name=reset]', 'r');
  await tab.click('button');
  assert.deepEqual((await connection.event()).form, ['reset', 'r', 'elements', '']);
  connection.update({ applied: 1 });
  await becomes(tab, () => document.querySelector('[name=reset]').value, '');
});

events('a change is told as the user types, once', '<form data-lv-change="check"><input name="q"><input name="other" value="o"></form>', async ({ tab, connection }) => {
  await tab.locator('[name=q]').pressSequentially('hi');
  assert.deepEqual((await connection.event()).form, ['q', 'h', 'other', 'o']);
  // One change of a field is under way at a time.
  connection.update({ applied: 1 });
  const second = await connection.event();
  assert.deepEqual([second.values, second.form], [['_target', 'q'], ['q', 'hi', 'other', 'o']]);
  await tab.locator('[name=other]').focus();
  await silent(tab, connection);
});

events('check boxes, radios and selects tell a change once', '<form data-lv-change="set"><input type="checkbox" name="c"><input type="radio" name="r" value="2"><select name="s"><option>a</option><option>b</option></select></form>', async ({ tab, connection }) => {
  await tab.check('[name=c]');
  assert.deepEqual((await connection.event()).form, ['c', 'on', 's', 'a']);
  await tab.check('[name=r]');
  assert.deepEqual((await connection.event()).form, ['c', 'on', 'r', '2', 's', 'a']);
  await tab.selectOption('select', 'b');
  const last = await connection.event();
  assert.deepEqual([last.id, last.values, last.form], [3, ['_target', 's'], ['c', 'on', 'r', '2', 's', 'b']]);
});

events('a field outside a form tells its own value', '<input name="q" data-lv-change="filter">', async ({ tab, connection }) => {
  await tab.fill('input', 'x');
  only(await connection.event(), { name: 'filter', values: ['_target', 'q'], form: ['q', 'x'] });
  connection.update({ applied: 1 });
  await tab.fill('input', '');
  assert.deepEqual((await connection.event()).form, ['q', '']);
});

events('a check box outside a form tells its value where it is checked', '<input type="checkbox" value="v" data-lv-change="set">', async ({ tab, connection }) => {
  await tab.click('input');
  only(await connection.event(), { name: 'set', values: ['_target', ''], form: ['value', 'v'] });
  connection.update({ applied: 1 });
  await tab.click('input');
  only(await connection.event(), { id: 2, ack: 1, name: 'set', values: ['_target', ''] });
});

events('an editable element tells its text', '<p contenteditable data-lv-change="note"></p>', async ({ tab, connection }) => {
  await tab.locator('p').pressSequentially('x');
  only(await connection.event(), { name: 'note', values: ['_target', ''], form: ['value', 'x'] });
});

events('keys pass the filter of data-lv-key, and carry the key and the value', '<input data-lv-keydown="go" data-lv-key="Enter Escape" data-lv-keyup="up">', async ({ tab, connection }) => {
  await tab.type('input', 'a');
  await tab.press('input', 'Enter');
  only(await connection.event(), { name: 'go', key: 'Enter', values: ['value', 'a'] });
  assert.equal((await connection.event()).name, 'up');
  await tab.press('input', 'Control+Escape');
  const escape = await connection.event();
  assert.deepEqual([escape.name, escape.key, escape.modifiers], ['go', 'Escape', 2]);
});

events('the space bar passes its own filter alone', '<p tabindex="0" data-lv-keydown="go" data-lv-key=" ">x</p>', async ({ tab, connection }) => {
  await tab.press('p', 'Enter');
  await tab.press('p', ' ');
  only(await connection.event(), { name: 'go', key: ' ', values: ['value', ''] });
});

events('keys of an element that is no field, and of a field within', '<p tabindex="0" data-lv-keydown="jump">x<input value="7"></p>', async ({ tab, connection }) => {
  await tab.press('p', ' ');
  only(await connection.event(), { name: 'jump', key: ' ', values: ['value', ''] });
  await tab.press('input', 'a');
  only(await connection.event(), { id: 2, name: 'jump', key: 'a', values: ['value', '7'] });
});

events('keys that an input method takes are no events', '<input data-lv-keydown="go">', async ({ tab, connection }) => {
  await tab.locator('input').dispatchEvent('keydown', { key: 'a', isComposing: true });
  await silent(tab, connection);
});

events('focus and blur of a field, or of one within', '<div data-lv-focus="in" data-lv-blur="out"><input id="a"></div><input id="b">', async ({ tab, connection }) => {
  await tab.focus('#a');
  await tab.focus('#b');
  only(await connection.event(), { name: 'in' });
  only(await connection.event(), { id: 2, name: 'out', values: ['value', ''] });
});

events('live.push sends an event of a script', '', async ({ tab, connection }) => {
  assert.equal(await tab.evaluate(() => live.push('moved', { x: 1, y: 'two' })), true);
  only(await connection.event(), { name: 'moved', values: ['x', '1', 'y', 'two'] });
});

events('events outside of the root stay in the browser', '', async ({ tab, connection }) => {
  await tab.evaluate(() => document.querySelector('#outside').click());
  await silent(tab, connection);
}, { after: '<button id="outside" data-lv-click="no">x</button>' });

const CLOCK = { clock: true, welcome: { heartbeat: 1e7 } };

const OTHER = '<input id="other" data-lv-change="other">';

/** Asserts that the page with `OTHER` has sent no event before this: a change ends no pause, as most events do. */
async function waits(tab, connection) {
  await tab.evaluate(() => {
    const field = document.querySelector('#other');
    field.value = 'x';
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
  assert.equal((await connection.event()).name, 'other');
}

events('debounce waits for a pause, and tells the last value', '<input name="q" data-lv-change="find" data-lv-debounce="300">' + OTHER, async ({ tab, connection }) => {
  await tab.locator('[name=q]').pressSequentially('ab');
  await tab.clock.runFor(299);
  await tab.locator('[name=q]').pressSequentially('c');
  await tab.clock.runFor(299);
  await waits(tab, connection);
  await tab.clock.runFor(1);
  only(await connection.event(), { id: 2, name: 'find', values: ['_target', 'q'], form: ['q', 'abc'] });
}, CLOCK);

events('a blur and a submit end a debounce at once, in order', '<form data-lv-change="check" data-lv-submit="save"><input name="q" data-lv-debounce="300"><button>go</button></form><input id="o">', async ({ tab, connection }) => {
  await tab.locator('[name=q]').pressSequentially('a');
  await tab.focus('#o');
  assert.deepEqual((await connection.event()).form, ['q', 'a']);
  await tab.locator('[name=q]').pressSequentially('b');
  await tab.press('[name=q]', 'Enter');
  assert.equal((await connection.event()).name, 'check');
  assert.equal((await connection.event()).name, 'save');
}, CLOCK);

events('a throttled click is told at once, and not again too early', '<button data-lv-click="fire" data-lv-throttle="500">x</button>', async ({ tab, connection }) => {
  await tab.click('button');
  assert.equal((await connection.event()).id, 1);
  await tab.click('button');
  await tab.clock.runFor(500);
  await silent(tab, connection);
  await tab.click('button');
  assert.equal((await connection.event()).name, 'fire');
}, CLOCK);

events('throttled changes are told at their pace, the last one in any case', '<input name="q" data-lv-change="move" data-lv-throttle="500">' + OTHER, async ({ tab, connection }) => {
  await tab.locator('[name=q]').pressSequentially('abc');
  assert.deepEqual((await connection.event()).form, ['q', 'a']);
  connection.update({ applied: 1 });
  await tab.clock.runFor(499);
  await waits(tab, connection);
  await tab.clock.runFor(1);
  assert.deepEqual((await connection.event()).form, ['q', 'abc']);
}, CLOCK);

events('a change and a key of one field wait side by side', '<input name="q" data-lv-change="find" data-lv-keyup="key" data-lv-debounce="300">', async ({ tab, connection }) => {
  await tab.locator('input').pressSequentially('ab');
  await tab.clock.runFor(300);
  assert.deepEqual((await connection.event()).form, ['q', 'ab']);
  assert.equal((await connection.event()).key, 'b');
  await silent(tab, connection);
}, CLOCK);

events("a form's throttle is for its changes: each submit is told", '<form data-lv-submit="save" data-lv-throttle="500"><input name="q"></form>', async ({ tab, connection }) => {
  for (const id of [1, 2]) {
    await tab.press('input', 'Enter');
    assert.equal((await connection.event()).id, id);
    connection.update({ applied: id });
    await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
  }
}, CLOCK);
