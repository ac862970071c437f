// B-H: events as browsers mean them.
import assert from 'node:assert/strict';
import { becomes, caret, conversation, holds, type, valueOf } from './client/tab.mjs';
import { TYPES, X_FIELD } from './client/types.mjs';

/** A page whose HTML is fixed; the test looks at the events. A click on `#end` is the last one. */
const page = (html, more = {}) => ({
  state: { n: 0 },
  render: (state) => (typeof html === 'function' ? html(state) : html) + '<button id="end" data-lv-click="end">end</button>',
  handle: (state, { name }) => void (name === 'end' && state.n++),
  ...more,
});

/** Clicks on `#end`, and gives the names of all events before it. */
async function told(app, tab) {
  const before = app.state.n;
  await tab.evaluate(() => live.push('end'));
  await app.until(() => app.state.n > before);
  return app.events.map(({ name }) => name).filter((name) => name !== 'end');
}

/** The test `name`: after `act` the page was told exactly `wanted`; `look` sees what is behind. */
const tells = (name, html, act, wanted, look, more) =>
  conversation(`B-H: ${name}`, page(html, more), async ({ app, tab }) => {
    await act({ app, tab });
    assert.deepEqual(await told(app, tab), wanted);
    await look?.({ app, tab, events: app.events });
  });

const FIELDS = ['text', 'textarea', 'select', 'multi', 'checkbox', 'radio', 'number', 'date', 'range', 'color', 'file', 'element'];

/* Changes, and the form that a field belongs to. */

for (const name of FIELDS) {
  const kind = TYPES[name];
  for (const [where, html] of [
    ['outside its form, before it', (field) => `${field}<form id="form" data-lv-change="edit"></form>`],
    ['outside its form, which has a handler around', (field) => `<div data-lv-change="edit"><form id="form"></form></div>${field}`],
    ['within another form', (field) => `<form id="form" data-lv-change="edit"></form><form id="two">${field}</form>`],
  ].slice(0, ['text', 'radio', 'multi', 'element'].includes(name) ? 3 : 1))
    conversation(`B-H: ${name} with form="form" ${where}: its change is told with the form's fields`, page(html(kind.html(kind.server, 'form="form"')), { after: X_FIELD }), async ({ app, tab }) => {
      await kind.edit(tab, 'f', kind.user);
      await app.until(() => app.events.at(-1)?.form.getAll('f').join() === kind.user);
      assert.equal(app.events.at(-1).name, 'edit');
    });
}

tells('a field with a handler of its own, in a form with another, around which is a third: all of them, the nearest first', '<div data-lv-change="c"><form id="form" data-lv-change="b"><input id="f" name="f" data-lv-change="a"></form></div>', ({ tab }) => type(tab, '#f', 'x'), ['a', 'b', 'c']);
tells('the same with form= from outside', '<div data-lv-change="c"><form id="form" data-lv-change="b"></form></div><p data-lv-change="p"><input id="f" name="f" form="form" data-lv-change="a"></p>', ({ tab }) => type(tab, '#f', 'x'), ['a', 'p', 'b', 'c']);
tells('data-lv-stop on the field keeps its change from its form', '<form id="form" data-lv-change="b"></form><input id="f" name="f" form="form" data-lv-change="a" data-lv-stop>', ({ tab }) => type(tab, '#f', 'x'), ['a']);

for (const [what, html] of [
  ['a reset button', '<button id="reset" type="reset">Reset</button>'],
  ['a reset button outside with form=', ''],
])
  conversation(`B-H: ${what}: the form's change is told, with what it has then`, page(`<form id="form" data-lv-change="edit"><input id="f" name="f" value="first"><input type="checkbox" id="c" name="c">${html}</form>${html ? '' : '<button id="reset" type="reset" form="form">Reset</button>'}`), async ({ app, tab }) => {
    await type(tab, '#f', ' more');
    await tab.click('#c');
    await app.until(() => app.events.at(-1)?.form.get('c') === 'on');
    await tab.click('#reset');
    await app.until(() => app.events.at(-1).form.get('f') === 'first' && !app.events.at(-1).form.has('c'));
    assert.equal(app.events.at(-1).name, 'edit');
  });

conversation('B-H: a reset that a script of the page holds back is none', page('<form id="form" data-lv-change="edit"><input id="f" name="f" value="first"><button id="reset" type="reset">Reset</button></form>', { after: '<script>addEventListener("reset", (event) => event.preventDefault(), true)</script>' }), async ({ app, tab }) => {
  await tab.click('#reset');
  assert.deepEqual(await told(app, tab), []);
});

tells('a multi-select outside of a form tells all its values', TYPES.multi.html('a', 'data-lv-change="pick"'), async ({ tab, app }) => {
  await TYPES.multi.edit(tab, 'f', 'b,c,d');
  await app.quiet(tab);
}, ['pick', 'pick', 'pick'], ({ events }) => assert.deepEqual(events[2].pairs, ['f', 'b', 'f', 'c', 'f', 'd']));
tells('a multi-select outside of a form, nothing chosen', '<select id="f" name="f" multiple data-lv-change="pick"><option selected>a</option></select>', ({ tab }) => tab.click('#f option', { modifiers: ['Control'] }), ['pick'], ({ events }) => assert.deepEqual(events[0].pairs, []));
tells('radios outside of a form tell the one that is chosen', TYPES.radio.html('a', 'data-lv-change="pick"'), ({ tab }) => tab.click('#f-c'), ['pick'], ({ events }) => assert.deepEqual(events[0].pairs, ['f', 'c']));
tells('a form-associated element outside of a form tells its value', TYPES.element.html('', 'data-lv-change="pick"'), ({ tab }) => TYPES.element.edit(tab, 'f', 'x'), ['pick'], ({ events }) => assert.deepEqual(events[0].pairs, ['f', 'x']), { after: X_FIELD });
tells('a button is no field: a click on it changes nothing', '<form id="form" data-lv-change="edit"><button id="b" type="button" name="b" value="1">b</button><input type="button" id="i" value="i"><output id="o">x</output></form>', async ({ tab }) => {
  await tab.click('#b');
  await tab.click('#i');
  await tab.evaluate(() => document.querySelector('#o').dispatchEvent(new Event('input', { bubbles: true })));
}, []);

/** What widgets and the browser's own filling do: a value, and `change` alone. */
const widget = (id, value, ...types) => {
  const field = document.getElementById(id);
  if (field.type === 'checkbox') field.checked = value;
  else field.value = value;
  for (const type of types) field.dispatchEvent(new Event(type, { bubbles: true }));
};

for (const [what, html, value] of [['a text', '<input id="f" name="f" value="">', 'x'], ['a select', '<select id="f" name="f"><option>a</option><option>x</option></select>', 'x'], ['a box', '<input type="checkbox" id="f" name="f" value="x">', true], ['a hidden field', '<input type="hidden" id="f" name="f" value="">', 'x'], ['a date', '<input type="date" id="f" name="f">', '2026-01-02']]) {
  tells(`${what}: change without input is told`, `<form id="form" data-lv-change="edit">${html}</form>`, ({ tab }) => tab.evaluate(`(${widget})('f', ${JSON.stringify(value)}, 'change')`), ['edit'], ({ events }) => assert.deepEqual(events[0].pairs, ['f', value === true ? 'x' : value]));
  tells(`${what}: input and then change of the same value are told once`, `<form id="form" data-lv-change="edit">${html}</form>`, ({ tab }) => tab.evaluate(`(${widget})('f', ${JSON.stringify(value)}, 'input', 'change')`), ['edit']);
}

conversation('B-H: a hidden field that a script has set without an event is submitted, and stays', page('<form id="form" data-lv-submit="save"><input type="hidden" id="f" name="f" value=""><button id="go">go</button></form>'), async ({ app, tab }) => {
  await tab.evaluate(() => (document.querySelector('#f').value = 'set'));
  for (const count of [1, 2]) {
    await tab.click('#go');
    await app.until(() => app.events.length === count);
    assert.deepEqual(app.events.at(-1).pairs, ['f', 'set']);
    await app.quiet(tab);
  }
});

tells('typed, and left: told once', '<form id="form" data-lv-change="edit"><input id="f" name="f"><input id="g" name="g"></form>', async ({ app, tab }) => {
  await type(tab, '#f', 'x');
  await app.quiet(tab);
  await tab.focus('#g');
}, ['edit']);

tells('a chosen file is told once', '<form id="form" data-lv-change="edit"><input type="file" id="f" name="f"></form>', ({ tab }) => TYPES.file.edit(tab, 'f', 'a.txt'), ['edit'], ({ events }) => assert.deepEqual(events[0].pairs, ['f', 'a.txt']));

/* Submits. */

const dialog = (buttons, attributes = '') => `<dialog id="dialog" open><form id="form" data-lv-submit="save" ${attributes}><input id="f" name="f" value="v">${buttons}</form></dialog>`;
const open = () => document.querySelector('#dialog').open;

tells('Cancel with formmethod="dialog": no event, and the dialog closes', dialog('<button id="ok">OK</button><button id="cancel" formmethod="dialog">Cancel</button>'), ({ tab }) => tab.click('#cancel'), [], ({ tab }) => becomes(tab, open, false));
tells('a form with method="dialog": an event, and the dialog closes', dialog('<button id="ok" name="how" value="ok">OK</button>', 'method="dialog"'), ({ tab }) => tab.click('#ok'), ['save'], async ({ tab, events }) => {
  await becomes(tab, open, false);
  assert.deepEqual(events[0].pairs, ['f', 'v', 'how', 'ok']);
});
tells('OK beside a Cancel with formmethod="dialog": an event, and the dialog stays', dialog('<button id="ok">OK</button><button id="cancel" formmethod="dialog">Cancel</button>'), ({ tab }) => tab.click('#ok'), ['save'], async ({ tab }) => assert.equal(await tab.evaluate(open), true));

for (const [what, attribute, path] of [['formaction', 'formaction="/elsewhere"', '/elsewhere'], ['formmethod="get"', 'formmethod="get" formaction="/got"', '/got']])
  conversation(`B-H: a button with ${what} is the browser's own: it leaves the page, and no event is sent`, page(`<form id="form" method="post" data-lv-submit="save"><input id="f" name="f" value="v"><button id="go" ${attribute}>go</button></form>`, { routes: { [path]: (request, response) => (request.resume(), response.end('there')) } }), async ({ app, tab }) => {
    await tab.click('#go');
    await tab.waitForURL((url) => url.pathname === path);
    assert.deepEqual(app.events, []);
  });

conversation('B-H: a button with formtarget opens its window, and no event is sent', page('<form id="form" action="/there" method="post" data-lv-submit="save"><input id="f" name="f" value="v"><button id="go" formtarget="_blank">go</button></form>', { routes: { '/there': (request, response) => (request.resume(), response.end('there')) } }), async ({ app, tab }) => {
  const [window] = await Promise.all([tab.context().waitForEvent('page'), tab.click('#go')]);
  await window.waitForURL('**/there');
  await window.close();
  assert.deepEqual(await told(app, tab), []);
});

tells("a button whose formmethod is the form's own is an event", '<form id="form" method="post" data-lv-submit="save"><input id="f" name="f" value="v"><button id="go" formmethod="post">go</button></form>', ({ tab }) => tab.click('#go'), ['save']);
tells('Enter in a field submits by the default button', '<form id="form" data-lv-submit="save"><input id="f" name="f" value="v"><button name="b" value="1">1</button><button name="b" value="2">2</button></form>', ({ tab }) => tab.press('#f', 'Enter'), ['save'], ({ events }) => assert.deepEqual(events[0].pairs, ['f', 'v', 'b', '1']));
tells('a button outside of its form submits it, with its name', '<form id="form" data-lv-submit="save"><input id="f" name="f" value="v"></form><button id="go" form="form" name="b" value="2">2</button>', ({ tab }) => tab.click('#go'), ['save'], ({ events }) => assert.deepEqual(events[0].pairs, ['f', 'v', 'b', '2']));
tells('a form with an invalid field is not submitted', '<form id="form" data-lv-submit="save"><input id="f" name="f" required><button id="go">go</button></form>', ({ tab }) => tab.click('#go'), []);
for (const type of ['submit', 'reset'])
  tells(`an event "${type}" that a script makes up on something else than a form is none`, '<form id="form" data-lv-submit="save" data-lv-change="edit"><div id="d"><input name="f" value="v"></div></form>', async ({ tab }) => {
    await tab.evaluate((type) => document.querySelector('#d').dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable: true })), type);
    await tab.evaluate(() => new Promise((done) => setTimeout(done))); // a reset is looked at afterwards
  }, []);
tells('requestSubmit of a script is a submit', '<form id="form" data-lv-submit="save"><input id="f" name="f" value="v"></form>', ({ tab }) => tab.evaluate(() => document.querySelector('#form').requestSubmit()), ['save']);
tells('a double click on Save is one event', '<form id="form" data-lv-submit="save"><input id="f" name="f" value="v"><button id="go">go</button></form>', async ({ app, tab }) => {
  app.deafen();
  await tab.dblclick('#go');
  app.hear();
}, ['save']);
tells('two buttons of one form, one after the other, are two events', '<form id="form" data-lv-submit="save"><input id="f" name="f" value="v"><button id="one" name="b" value="1">1</button><button id="two" name="b" value="2">2</button></form>', async ({ app, tab }) => {
  app.deafen();
  await tab.click('#one');
  await tab.click('#two');
  app.hear();
}, ['save', 'save'], ({ events }) => assert.deepEqual(events.slice(0, 2).map(({ form }) => form.get('b')), ['1', '2']));

for (const kind of ['submit', 'image'])
  conversation(`B-H: <input type=${kind} data-lv-click> stays on the page, and is one event`, page(`<form id="form" action="/elsewhere"><input type="${kind}" id="go" alt="go" value="go" data-lv-click="go"></form>`), async ({ app, tab }) => {
    await tab.click('#go');
    assert.deepEqual(await told(app, tab), ['go']);
    assert.equal(new URL(tab.url()).pathname, '/');
  });

/* Clicks. */

const LINK = '<a id="link" href="/other" data-lv-click="go">go</a>';
for (const [what, options] of [['Ctrl', { modifiers: ['Control'] }], ['Shift', { modifiers: ['Shift'] }], ['the middle button', { button: 'middle' }]])
  conversation(`B-H: a click with ${what} on a link with a click handler opens a page, and is no event`, page(LINK, { routes: { '/other': (request, response) => response.end('other') } }), async ({ app, tab }) => {
    const [other] = await Promise.all([tab.context().waitForEvent('page'), tab.click('#link', options)]);
    await other.waitForURL('**/other');
    await other.close();
    assert.deepEqual(await told(app, tab), []);
  });
tells('a plain click on a link with a click handler is an event, and no page opens', LINK, ({ tab }) => tab.click('#link'), ['go'], ({ tab }) => assert.equal(new URL(tab.url()).pathname, '/'));
tells('a click with Ctrl on a button is an event', '<button id="b" data-lv-click="go">go</button>', ({ tab }) => tab.click('#b', { modifiers: ['Control'] }), ['go']);
conversation('B-H: a click with Ctrl on a link within a clickable row opens a page, and is no event of the row', page('<div id="row" data-lv-click="row">row <a id="link" href="/other">go</a></div>', { routes: { '/other': (request, response) => response.end('other') } }), async ({ app, tab }) => {
  const [other] = await Promise.all([tab.context().waitForEvent('page'), tab.click('#link', { modifiers: ['Control'] })]);
  await other.close();
  assert.deepEqual(await told(app, tab), []);
});

tells('a label in a clickable row sends one event', '<div data-lv-click="row"><label id="l"><input type="checkbox" id="c"> text</label></div>', ({ tab }) => tab.click('#l', { position: { x: 40, y: 8 } }), ['row'], async ({ tab }) => assert.equal(await tab.isChecked('#c'), true));
tells('a label with for= in a clickable row sends one event', '<div data-lv-click="row"><label id="l" for="c">text</label><input type="checkbox" id="c"></div>', ({ tab }) => tab.click('#l'), ['row'], async ({ tab }) => assert.equal(await tab.isChecked('#c'), true));
tells('a label whose field is elsewhere: the row of the label and the handler of the field, once each', '<div data-lv-click="row"><label id="l" for="c">text</label></div><input type="checkbox" id="c" data-lv-click="box">', ({ tab }) => tab.click('#l'), ['row', 'box']);
tells('a label of a radio in a clickable row sends one event', '<div data-lv-click="row"><label id="l"><input type="radio" name="r" id="c"> text</label></div>', ({ tab }) => tab.click('#l', { position: { x: 40, y: 8 } }), ['row']);
tells('a label of a text field in a clickable row sends one event, and the field has the focus', '<div data-lv-click="row"><label id="l">text <input id="c"></label></div>', ({ tab }) => tab.click('#l', { position: { x: 4, y: 8 } }), ['row'], async ({ tab }) => assert.equal(await tab.evaluate(() => document.activeElement.id), 'c'));
tells('a click on the box itself in a clickable row sends one event', '<div data-lv-click="row"><label><input type="checkbox" id="c"> text</label></div>', ({ tab }) => tab.click('#c'), ['row']);

/** Presses the mouse on one element and releases it on another. */
const press = (from, to) => async ({ tab }) => {
  await tab.hover(from);
  await tab.mouse.down();
  await tab.hover(to);
  await tab.mouse.up();
};
tells('press on one button and release on another: no click, not even of the row', '<div data-lv-click="row"><button id="a" data-lv-click="a">a</button><button id="b" data-lv-click="b">b</button></div>', press('#a', '#b'), []);
tells('press on a button and release on the row: no click', '<div id="row" data-lv-click="row"><button id="a" data-lv-click="a">a</button><p id="p">text</p></div>', press('#a', '#p'), []);
tells('press on a field and release outside of it (a selection that went too far): no click', '<div id="row" data-lv-click="close"><input id="f" value="some text"><p id="p">text</p></div>', press('#f', '#p'), []);
tells('press in a dialog and release on what is behind: no click', '<div id="back" data-lv-click="close"><section id="box" data-lv-click="box" data-lv-stop><p id="in">text</p></section><p id="p">behind</p></div>', press('#in', '#p'), []);
tells('press and release within one button, on other parts of it, is a click', '<button id="a" data-lv-click="a"><i id="i">i</i><b id="b">b</b></button>', press('#i', '#b'), ['a']);
tells('press and release on other parts of a plain row is a click', '<div id="row" data-lv-click="row"><i id="i">i</i> <b id="b">b</b></div>', press('#i', '#b'), ['row']);
for (const key of ['Enter', 'Space'])
  tells(`${key} on a button is one event`, '<button id="b" data-lv-click="go">go</button>', ({ tab }) => tab.press('#b', key), ['go']);
tells('a click of a script is an event', '<button id="b" data-lv-click="go">go</button>', ({ tab }) => tab.evaluate(() => document.querySelector('#b').click()), ['go']);
tells('a summary with a click handler opens its details, and is an event', '<details id="d"><summary id="s" data-lv-click="go">s</summary>x</details>', ({ tab }) => tab.click('#s'), ['go'], async ({ tab }) => assert.equal(await tab.evaluate(() => document.querySelector('#d').open), true));
tells('a button that is disabled is no click of its row', '<div data-lv-click="row"><button id="b" disabled data-lv-click="b">b</button></div>', ({ tab }) => tab.click('#b', { force: true }), []);

/* Debounce and order. */

tells('data-lv-debounce on a form does not delay its submit', '<form id="form" data-lv-change="edit" data-lv-submit="save" data-lv-debounce="60000"><input id="f" name="f"><button id="go">go</button></form>', async ({ tab, app }) => {
  await type(tab, '#f', 'x');
  await tab.click('#go');
  await app.until(() => app.events.some(({ name }) => name === 'save'));
}, ['edit', 'save']);
tells('data-lv-debounce on a form does not delay focus and blur', '<form id="form" data-lv-focus="in" data-lv-blur="out" data-lv-debounce="60000"><input id="f" name="f"></form><input id="o">', async ({ tab }) => {
  await tab.focus('#f');
  await tab.focus('#o');
}, ['in', 'out']);
tells('data-lv-throttle on a form does not swallow a second submit', '<form id="form" data-lv-submit="save" data-lv-throttle="60000"><input id="f" name="f"><button id="go">go</button></form>', async ({ tab, app }) => {
  for (const text of ['a', 'b']) {
    await type(tab, '#f', text);
    await tab.click('#go');
    await app.quiet(tab);
  }
}, ['save', 'save']);

for (const [what, attribute] of [['debounce', 'data-lv-debounce="60000"'], ['throttle', 'data-lv-throttle="60000"']]) {
  tells(`data-lv-${what} on a field: its change, its blur, and then the click that caused it`, `<input id="f" name="f" data-lv-change="edit" data-lv-blur="left" ${attribute}><button id="b" data-lv-click="go">go</button>`, async ({ tab, app }) => {
    await type(tab, '#f', 'x');
    await app.until(() => what === 'debounce' || app.events.length === 1);
    await tab.keyboard.type('y');
    await tab.click('#b');
  }, what === 'debounce' ? ['edit', 'left', 'go'] : ['edit', 'edit', 'left', 'go'], ({ events }) => assert.equal(events.findLast(({ name }) => name === 'edit').form.get('f'), 'xy'));
  tells(`data-lv-${what}: a click that takes no focus comes after the change, too`, `<input id="f" name="f" data-lv-change="edit" ${attribute}><p id="b" data-lv-click="go">go</p>`, async ({ tab, app }) => {
    await type(tab, '#f', 'x');
    await app.until(() => what === 'debounce' || app.events.length === 1);
    await tab.keyboard.type('y');
    await tab.evaluate(() => document.querySelector('#b').click());
  }, what === 'debounce' ? ['edit', 'go'] : ['edit', 'edit', 'go']);
}

tells('a key event comes after the debounced change that it follows', '<form id="form" data-lv-change="edit" data-lv-debounce="60000"><input id="f" name="f" data-lv-keydown="key" data-lv-key="Escape"></form>', async ({ tab }) => {
  await type(tab, '#f', 'x');
  await tab.keyboard.press('Escape');
}, ['edit', 'key']);
tells('live.push comes after the debounced change', '<form id="form" data-lv-change="edit" data-lv-debounce="60000"><input id="f" name="f"></form>', ({ tab }) => type(tab, '#f', 'x'), ['edit']);

conversation('B-H: a debounced event of an element that has gone meanwhile is not sent', page(({ gone }) => (gone ? '' : '<div id="row"><input id="f" name="f" data-lv-change="edit" data-lv-debounce="150"></div>')), async ({ app, tab }) => {
  await type(tab, '#f', 'x');
  app.change((state) => (state.gone = true));
  await becomes(tab, () => !document.querySelector('#f'), true);
  await tab.evaluate(() => new Promise((done) => setTimeout(done, 250))); // past the pause
  assert.deepEqual(await told(app, tab), []);
});

conversation('B-H: a throttled event of an element that has gone meanwhile is not sent', page(({ gone }) => (gone ? '' : '<div id="row"><input id="f" name="f" data-lv-change="edit" data-lv-throttle="150"></div>')), async ({ app, tab }) => {
  await type(tab, '#f', 'xy');
  await app.until(() => app.events.length === 1);
  app.change((state) => (state.gone = true));
  await becomes(tab, () => !document.querySelector('#f'), true);
  await tab.evaluate(() => new Promise((done) => setTimeout(done, 250))); // past the pause
  assert.equal((await told(app, tab)).length, 1);
});

conversation('B-H: two fields of one debounced form: a pause is counted from the last key of either, and both are told', page('<form id="form" data-lv-change="edit" data-lv-debounce="100"><input id="f" name="f"><input id="g" name="g"></form>'), async ({ app, tab }) => {
  await type(tab, '#f', 'x');
  await type(tab, '#g', 'y');
  await app.until(() => app.events.at(-1)?.form.get('f') === 'x' && app.events.at(-1).form.get('g') === 'y');
});

/* Loading marks and the focus. */

for (const [what, html, act, focused] of [
  ['a button', '<button id="b" data-lv-click="go" data-lv-loading-disable>go</button>', (tab) => tab.press('#b', 'Enter'), 'b'],
  ['a button of a form', '<form id="form" data-lv-submit="go" data-lv-loading-disable><input name="f"><button id="b">go</button></form>', (tab) => tab.press('#b', 'Enter'), 'b'],
  ['a field that a selector names', '<input id="b" data-lv-keydown="go" data-lv-loading-disable="#b">', (tab) => tab.press('#b', 'x'), 'b'],
])
  conversation(`B-H: data-lv-loading-disable of ${what}: the keyboard focus comes back`, page(html), async ({ app, tab }) => {
    app.hold();
    await tab.focus('#b');
    await act(tab);
    await becomes(tab, () => document.querySelector('#b').disabled, true);
    app.release();
    await becomes(tab, () => document.querySelector('#b').disabled, false);
    await becomes(tab, () => document.activeElement.id, focused);
  });

conversation('B-H: data-lv-loading-disable: where the user has gone on meanwhile, the focus stays there', page('<button id="b" data-lv-click="go" data-lv-loading-disable>go</button><input id="f">'), async ({ app, tab }) => {
  app.hold();
  await tab.click('#b');
  await tab.focus('#f');
  await app.until(() => app.held() > 0);
  app.release();
  await becomes(tab, () => document.querySelector('#b').disabled, false);
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'f');
});

/* Before the script ran. */

/** A test in which the script is held back until `act` is done. */
const early = (name, html, act, look) =>
  conversation(`B-H: ${name}`, page(html, { after: X_FIELD }), look, {
    prepare: ({ tab }) =>
      tab.route('**/_live/runtime.js', async (route) => {
        await act(tab);
        await route.continue();
      }),
  });

for (const name of FIELDS) {
  const kind = TYPES[name];
  early(`${name}, edited before the script ran, is told, and stays`, `<form id="form" data-lv-change="edit">${kind.html(kind.server, '')}</form>`, async (tab) => {
    await tab.waitForSelector('#end');
    await kind.edit(tab, 'f', kind.user);
  }, async ({ app, tab }) => {
    await app.until(() => app.events.at(-1)?.form.getAll('f').join() === kind.user);
    await app.quiet(tab);
    assert.equal(await tab.evaluate(kind.read, 'f'), kind.user);
    assert.deepEqual(await told(app, tab), ['edit']);
  });
}
early('what nobody touched before the script ran is not told', '<form id="form" data-lv-change="edit"><input name="f" value="x"><input type="checkbox" name="c" checked><select name="s"><option>a</option><option selected>b</option></select><textarea name="t">\nx\r\ny</textarea><input type="range" name="r"><input type="range" name="m" min="2" max="4" value="9"><input type="color" name="o"><input type="date" name="d" value="never"></form>', (tab) => tab.waitForSelector('#end'), async ({ app, tab }) => assert.deepEqual(await told(app, tab), []));

conversation('B-H: what the browser restores on the way back is told', page('<form id="form" data-lv-change="edit"><input id="f" name="f" value=""><input type="checkbox" id="c" name="c"></form>', { routes: { '/other': (request, response) => response.end('other') } }), async ({ app, tab }) => {
  await type(tab, '#f', 'mine');
  await tab.click('#c');
  await app.quiet(tab);
  await tab.goto(app.url + '/other');
  app.restart();
  const before = app.events.length;
  await tab.goBack();
  await app.until(() => app.joins === 2);
  await becomes(tab, () => document.querySelector('#f').value + document.querySelector('#c').checked, 'minetrue');
  await app.until(() => app.events.length > before && app.events.at(-1).form.get('f') === 'mine' && app.events.at(-1).form.get('c') === 'on');
});

/* Rows, and moves. */

const rows = (list) => list.map((id, i) => `<div id="${id}"><input class="t" name="items[${i}][name]" value=""></div>`).join('');
for (const [what, list] of [['a row above goes', ['b', 'c']], ['a row comes above', ['x', 'a', 'b', 'c']], ['the row goes to the top', ['b', 'a', 'c']], ['all rows turn', ['c', 'b', 'a']]])
  conversation(`B-H: items[1][name] has another index where ${what}: text, focus and caret stay, since the row has its id`, page(({ list }) => `<form id="form" data-lv-submit="save">${rows(list)}</form>`, { state: { list: ['a', 'b', 'c'], n: 0 } }), async ({ app, tab }) => {
    await type(tab, '#b .t', 'hello');
    await tab.keyboard.press('ArrowLeft');
    app.change((state) => (state.list = list));
    await becomes(tab, () => [...document.querySelectorAll('#form div')].map(({ id }) => id).join(), list.join());
    assert.deepEqual([await valueOf(tab, '#b .t'), await caret(tab), await tab.getAttribute('#b .t', 'name')], ['hello', 4, `items[${list.indexOf('b')}][name]`]);
    await tab.keyboard.type('X');
    await holds(tab, '#b .t', 'hellXo');
  });

for (const moveBefore of [true, false])
  conversation(`B-H: ${moveBefore ? 'with' : 'without'} moveBefore the focused element keeps focus and selection when it moves to another parent`, page(({ there }) => `<section id="s1">${there ? '' : '<input id="f" name="f" value="">'}</section><section id="s2">${there ? '<input id="f" name="f" value="">' : ''}</section>`), async ({ app, tab }) => {
    await type(tab, '#f', 'hello');
    await tab.keyboard.press('Shift+ArrowLeft');
    await tab.keyboard.press('Shift+ArrowLeft');
    app.change((state) => (state.there = true));
    await becomes(tab, () => document.querySelector('#f').parentNode.id, 's2');
    assert.deepEqual(await tab.evaluate(() => [document.activeElement.id, document.activeElement.selectionStart, document.activeElement.selectionEnd, document.activeElement.value]), ['f', 3, 5, 'hello']);
    assert.deepEqual(await told(app, tab), []);
  }, { prepare: ({ tab }) => moveBefore || tab.addInitScript(() => [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore)) });

conversation('B-H: without moveBefore an editable element keeps focus and caret when it moves to another parent', page(({ there }) => `<section id="s1">${there ? '' : '<div id="f" contenteditable="">text</div>'}</section><section id="s2">${there ? '<div id="f" contenteditable="">text</div>' : ''}</section>`), async ({ app, tab }) => {
  await type(tab, '#f', ' more');
  await tab.keyboard.press('ArrowLeft');
  app.change((state) => (state.there = true));
  await becomes(tab, () => document.querySelector('#f').parentNode.id, 's2');
  await tab.keyboard.type('X');
  assert.equal(await tab.textContent('#f'), 'text morXe');
}, { prepare: ({ tab }) => tab.addInitScript(() => [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore)) });

conversation('B-H: focus and blur that a patch causes are no events of the user', page(({ there }) => `<section id="s1">${there ? '' : '<input id="f" name="f" data-lv-focus="in" data-lv-blur="out">'}</section><section id="s2">${there ? '<input id="f" name="f" data-lv-focus="in" data-lv-blur="out">' : ''}</section>`), async ({ app, tab }) => {
  await tab.focus('#f');
  await app.until(() => app.events.length === 1);
  app.change((state) => (state.there = true));
  await becomes(tab, () => document.querySelector('#f').parentNode.id, 's2');
  assert.deepEqual(await told(app, tab), ['in']);
}, { prepare: ({ tab }) => tab.addInitScript(() => [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore)) });

