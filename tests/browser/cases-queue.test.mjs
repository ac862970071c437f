// B-C: what waits for the server is never forgotten without a word.
import assert from 'node:assert/strict';
import { becomes, conversation, holds, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';

const away = (tab) => tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
const notice = () => document.querySelector('.lv-notice').textContent;

/** A field that tells its changes, in a form that is saved. */
const note = (field = (text, attributes) => `<input id="text" name="text" value="${h(text)}" ${attributes}>`, attributes = '', form = '') => ({
  state: { text: '', saved: [], clicks: 0, others: '' },
  render: ({ text, saved, clicks, others }) =>
    `<p id="saved">${h(saved)}</p><p id="others">${h(others)}</p><form id="form" data-lv-change="edit" data-lv-submit="save" ${form}>${field(text, attributes)}<button id="save">Save</button></form><button id="inc" data-lv-click="inc">${clicks}</button>`,
  handle: (state, { name, form }) => {
    if (name === 'inc') state.clicks++;
    else state.text = form.get('text') ?? '';
    if (name === 'save') state.saved.push(state.text);
  },
});

const HUNDRED = 'a hundred characters, and each of them is a change that the server will hear of when it is back. ok!';

conversation('B-C: no connection, a hundred characters in a field with a change handler, Save: both ends have all of it', note(), async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await type(tab, '#text', HUNDRED);
  await tab.click('#save');
  await app.online(tab);
  await app.until(() => app.state.saved.length === 1);
  await app.quiet(tab);
  assert.deepEqual([app.state.saved, app.state.text, await valueOf(tab, '#text')], [[HUNDRED], HUNDRED, HUNDRED]);
});

conversation('B-C: no connection, a hundred characters in a textarea, no Save: the server hears the text', note((text, attributes) => `<textarea id="text" name="text" ${attributes}>${h(text)}</textarea>`), async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await type(tab, '#text', HUNDRED);
  await app.online(tab);
  await app.until(() => app.state.text === HUNDRED);
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#text'), HUNDRED);
});

conversation('B-C: no connection, a hundred characters between other clicks: the order of what was done stays', note(), async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await type(tab, '#text', HUNDRED.slice(0, 50));
  await tab.click('#inc');
  await type(tab, '#text', HUNDRED.slice(50));
  await tab.click('#inc');
  await app.online(tab);
  await app.until(() => app.state.clicks === 2);
  await app.quiet(tab);
  const told = app.events.map(({ name, form }) => (name === 'edit' ? form.get('text') : name));
  assert.deepEqual(told.slice(-4), [HUNDRED.slice(0, 50), 'inc', HUNDRED, 'inc']);
});

conversation('B-C: a hundred characters while the server is slow cost few events', note(), async ({ app, tab }) => {
  app.deafen();
  await type(tab, '#text', HUNDRED);
  app.hear();
  await app.until(() => app.state.text === HUNDRED);
  await app.quiet(tab);
  assert.ok(app.events.length < 5, `${app.events.length} events`);
});

/** A slider that tells its changes, as the mouse moves it. */
const SLIDER = {
  state: { level: '50' },
  render: ({ level }) => `<input type="range" id="level" name="level" min="0" max="100" value="${level}" data-lv-change="level"><output>${level}</output>`,
  handle: (state, { form }) => void (state.level = form.get('level')),
};

/** Pulls the slider from the middle, to and fro, `steps` times. */
async function pull(tab, steps) {
  const { x, y, width, height } = await tab.locator('#level').boundingBox();
  await tab.mouse.move(x + width / 2, y + height / 2);
  await tab.mouse.down();
  for (let i = 1; i <= steps; i++) await tab.mouse.move(x + width * (0.5 + 0.45 * Math.sin(i / 9)), y + height / 2);
  await tab.mouse.up();
}

conversation("B-C: a slider that is pulled without end, by a server that reads few events a second: both ends agree with it", { ...SLIDER, rate: [10, 4] }, async ({ app, tab }) => {
  await pull(tab, 160);
  const last = await valueOf(tab, '#level');
  await app.until(() => app.state.level === last);
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#level'), app.state.level, await tab.textContent('output')], [last, last, last]);
});

conversation('B-C: a slider that is pulled, 60 ms round trip: about one event a round trip', { ...SLIDER, delay: 60 }, async ({ app, tab }) => {
  const started = Date.now();
  await pull(tab, 120);
  const last = await valueOf(tab, '#level');
  await app.until(() => app.state.level === last);
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#level'), await tab.textContent('output')], [last, last]);
  const trips = (Date.now() - started) / 60;
  assert.ok(app.events.length <= trips + 2, `${app.events.length} events in ${trips} round trips`);
});

conversation('B-C: a slider pulled while the server does not answer: no more than two events', SLIDER, async ({ app, tab }) => {
  app.deafen();
  await pull(tab, 120);
  const last = await valueOf(tab, '#level');
  app.hear();
  await app.until(() => app.state.level === last);
  await app.quiet(tab);
  assert.ok(app.events.length <= 3, `${app.events.length} events`);
  assert.equal(await valueOf(tab, '#level'), last);
});

conversation('B-C: two sliders pulled in turn without a connection', {
  state: { a: '50', b: '50' },
  render: ({ a, b }) => ['a', 'b'].map((id) => `<input type="range" id="${id}" name="${id}" value="${id === 'a' ? a : b}" data-lv-change="level">`).join(''),
  handle: (state, { values, form }) => void (state[values.get('_target')] = form.get(values.get('_target'))),
}, async ({ app, tab }) => {
  app.offline();
  await away(tab);
  for (let i = 0; i < 40; i++) {
    await tab.focus(i % 2 ? '#a' : '#b');
    await tab.keyboard.press(i % 2 ? 'ArrowRight' : 'ArrowLeft');
  }
  await app.online(tab);
  await app.until(() => app.state.a === '70' && app.state.b === '30');
  await app.quiet(tab);
  assert.deepEqual([await valueOf(tab, '#a'), await valueOf(tab, '#b')], ['70', '30']);
});

for (const [what, field, act, wanted] of [
  ['a text', (text, attributes) => `<input id="text" name="text" value="${h(text)}" ${attributes}>`, (tab) => type(tab, '#text', 'abcdef'), 'abcdef'],
  ['a textarea', (text, attributes) => `<textarea id="text" name="text" ${attributes}>${h(text)}</textarea>`, (tab) => type(tab, '#text', 'abcdef'), 'abcdef'],
  ['a number', (text, attributes) => `<input id="text" name="text" type="number" value="${h(text)}" ${attributes}>`, (tab) => type(tab, '#text', '12345'), '12345'],
  ['a slider', (text, attributes) => `<input id="text" name="text" type="range" min="0" max="100" value="${text || 50}" ${attributes}>`, async (tab) => {
    await tab.focus('#text');
    for (let i = 0; i < 6; i++) await tab.keyboard.press('ArrowRight');
  }, '56'],
  ['a select', (text, attributes) => `<select id="text" name="text" ${attributes}>${['a', 'b', 'c'].map((v) => `<option${v === text ? ' selected=""' : ''}>${v}</option>`).join('')}</select>`, async (tab) => {
    await tab.focus('#text');
    for (let i = 0; i < 2; i++) await tab.keyboard.press('ArrowDown');
  }, 'c'],
]) {
  for (const [where, page] of [['on the field', note(field, 'data-lv-throttle="200"')], ['on the form', note(field, '', 'data-lv-throttle="200"')]])
    conversation(`B-C: data-lv-throttle ${where}: the last value of ${what} is told, and nothing snaps back`, page, async ({ app, tab }) => {
      const started = Date.now();
      await act(tab);
      await app.until(() => app.state.text === wanted);
      await app.quiet(tab);
      assert.equal(await valueOf(tab, '#text'), wanted);
      const most = (Date.now() - started) / 200 + 2;
      assert.ok(app.events.length <= most, `${app.events.length} events, not ${most}`);
    });
}

conversation('B-C: data-lv-throttle: a page that changes while the user types eats no letter', note(undefined, 'data-lv-throttle="120"'), async ({ app, tab }) => {
  await tab.focus('#text');
  for (const key of 'without a pause') {
    await tab.keyboard.type(key, { delay: 15 });
    app.change((state) => (state.others += key));
  }
  await app.until(() => app.state.text === 'without a pause');
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#text'), 'without a pause');
});

conversation('B-C: data-lv-throttle: the last value comes before the Save that follows', note(undefined, 'data-lv-throttle="5000"'), async ({ app, tab }) => {
  await type(tab, '#text', 'abc');
  await tab.click('#save');
  await app.until(() => app.state.saved.length === 1);
  const told = app.events.map(({ name, form }) => `${name} ${form.get('text')}`);
  assert.deepEqual(told.slice(-2), ['edit abc', 'save abc']);
});

conversation('B-C: data-lv-throttle: the last value comes before the click that follows', note(undefined, 'data-lv-throttle="5000"'), async ({ app, tab }) => {
  await type(tab, '#text', 'abc');
  await tab.click('#inc');
  await app.until(() => app.state.clicks === 1);
  assert.equal(app.state.text, 'abc');
});

conversation('B-C: data-lv-throttle: without a connection the last value is told when it is back', note(undefined, 'data-lv-throttle="60"'), async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await type(tab, '#text', 'abcdef', 20);
  await app.online(tab);
  await app.until(() => app.state.text === 'abcdef');
});

/** Many boxes: an event of them all has twice as many values. */
const boxes = (many) => ({
  state: { got: 0, clicks: 0 },
  render: ({ got, clicks }) =>
    `<form id="form" data-lv-submit="save">${Array.from({ length: many }, (_, i) => `<input type="checkbox" name="x" value="${i}">`).join('')}<input id="name" name="name" value=""><button id="save">Save</button></form><p id="got">${got}</p><button id="inc" data-lv-click="inc">${clicks}</button>`,
  handle: (state, { name, form }) => {
    if (name === 'inc') state.clicks++;
    else state.got = form.getAll('x').length;
  },
});
/** As many as the protocol has no room for, though the bytes have. */
const TOO_MANY = { ...boxes(8200), limit: 1_000_000 };
const tickAll = () => document.querySelectorAll('[type=checkbox]').forEach((box) => box.click());
const ticked = () => document.querySelectorAll(':checked').length;
const isTooLarge = (tab) => becomes(tab, () => /^Too large to send: /.test(document.querySelector('.lv-notice').textContent), true);

conversation('B-C: 600 ticked boxes are sent, on the same connection', boxes(600), async ({ app, tab }) => {
  await type(tab, '#name', 'mine');
  await tab.evaluate(tickAll);
  await tab.click('#save');
  await app.until(() => app.state.got === 600);
  await app.quiet(tab);
  assert.deepEqual([app.joins, await tab.evaluate(notice)], [1, '']);
});

conversation('B-C: 8,200 ticked boxes, and each box tells its form: one refusal with a reason, the boxes stay', { ...TOO_MANY, render: (state) => TOO_MANY.render(state).replace('data-lv-submit', 'data-lv-change="tick" data-lv-submit') }, async ({ app, tab }) => {
  // The script ticks all boxes but one, without events; the user ticks the last.
  await tab.evaluate(() => document.querySelectorAll('[type=checkbox]:not([value="0"])').forEach((box) => (box.checked = true)));
  await tab.click('[value="0"]');
  await isTooLarge(tab);
  await tab.click('#inc');
  await becomes(tab, () => document.querySelector('#inc').textContent, '1');
  assert.deepEqual([app.joins, await tab.evaluate(ticked)], [1, 8200]);
});

conversation('B-C: 8,200 ticked boxes are refused with a reason, and everything stays', TOO_MANY, async ({ app, tab }) => {
  await type(tab, '#name', 'mine');
  await tab.evaluate(tickAll);
  await tab.click('#save');
  await isTooLarge(tab);
  await tab.click('#inc');
  await becomes(tab, () => document.querySelector('#inc').textContent, '1');
  assert.deepEqual([app.joins, app.state.got, await tab.evaluate(ticked), await valueOf(tab, '#name')], [1, 0, 8200, 'mine']);
});

conversation('B-C: after a submit that was too large, one that fits is sent', TOO_MANY, async ({ app, tab }) => {
  await tab.evaluate(tickAll);
  await tab.click('#save');
  await isTooLarge(tab);
  await tab.evaluate(() => [...document.querySelectorAll(':checked')].slice(8000).forEach((box) => box.click()));
  await tab.click('#save');
  await app.until(() => app.state.got === 8000);
  assert.equal(app.joins, 1);
});

const area = (text, attributes) => `<textarea id="text" name="text" ${attributes}>${h(text)}</textarea>`;
const LONG = 'x'.repeat(100_000);

conversation('B-C: 100 KB pasted into a field with a change handler: refused with a reason, the text stays, the connection too', note(area), async ({ app, tab }) => {
  await tab.focus('#text');
  await tab.keyboard.insertText(LONG);
  await isTooLarge(tab);
  await tab.keyboard.type('more');
  await tab.click('#inc');
  await becomes(tab, () => document.querySelector('#inc').textContent, '1');
  assert.deepEqual([app.joins, (await valueOf(tab, '#text')).length], [1, LONG.length + 4]);
});

conversation('B-C: 100 KB pasted, then cut down: what fits is told', note(area), async ({ app, tab }) => {
  await tab.focus('#text');
  await tab.keyboard.insertText(LONG);
  await tab.keyboard.press('Control+a');
  await tab.keyboard.type('short');
  await app.until(() => app.state.text === 'short');
  await app.quiet(tab);
  assert.deepEqual([app.joins, await valueOf(tab, '#text')], [1, 'short']);
});

conversation('B-C: 100 KB pasted without a connection, and Save: when it is back the text is still there', note(area), async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await tab.focus('#text');
  await tab.keyboard.insertText(LONG);
  await tab.click('#save');
  await app.online(tab);
  await tab.click('#inc');
  await becomes(tab, () => document.querySelector('#inc').textContent, '1');
  assert.deepEqual([app.joins, (await valueOf(tab, '#text')).length], [2, LONG.length]);
});

conversation("B-C: the server's own limit counts, not a default", { ...note(area), limit: 2000 }, async ({ app, tab }) => {
  await tab.focus('#text');
  await tab.keyboard.insertText('ä'.repeat(1200));
  await isTooLarge(tab);
  await tab.keyboard.press('Control+a');
  await tab.keyboard.insertText('ä'.repeat(800));
  await app.until(() => app.state.text.length === 800);
  assert.equal(app.joins, 1);
});

conversation('B-C: 60 KB are within the limits', note(area), async ({ app, tab }) => {
  await tab.focus('#text');
  await tab.keyboard.insertText(LONG.slice(0, 60_000));
  await app.until(() => app.state.text.length === 60_000);
  await app.quiet(tab);
  assert.deepEqual([app.joins, await tab.evaluate(notice)], [1, '']);
});

/** Many buttons, each an event that can't be put together with another. */
const BUTTONS = {
  state: { pressed: [], text: '' },
  render: ({ pressed, text }) =>
    `<p id="pressed">${pressed.length}</p>${Array.from({ length: 70 }, (_, i) => `<button id="b${i}" data-lv-click="press" data-lv-value-n="${i}">${i}</button>`).join('')}<form id="form" data-lv-change="edit" data-lv-submit="save"><input id="text" name="text" value="${h(text)}"><button id="save">Save</button></form>`,
  handle: (state, { name, values, form }) => {
    if (name === 'press') state.pressed.push(values.get('n'));
    else state.text = form.get('text');
  },
};
const press = (count) => {
  for (let i = 0; i < count; i++) document.getElementById(`b${i}`).click();
};

conversation('B-C: 70 clicks without a connection: 64 wait, the user is told that the rest was not taken', BUTTONS, async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await tab.evaluate(() => {
    window.untaken = [];
    live.on('status', ({ untaken }) => untaken && window.untaken.push(untaken));
  });
  await tab.evaluate(press, 70);
  await becomes(tab, () => /Not sent: ./.test(document.querySelector('.lv-notice').textContent), true);
  await becomes(tab, () => window.untaken.length > 0, true);
  await app.online(tab);
  await app.until(() => app.state.pressed.length === 64);
  await app.quiet(tab);
  assert.deepEqual(app.state.pressed, Array.from({ length: 64 }, (_, i) => String(i)));
});

conversation('B-C: a change that is not taken is called after the field that was changed', {
  ...BUTTONS,
  render: (state) => BUTTONS.render(state).replace('<input id="text"', '<input type="hidden" name="token" value="x"><input id="first" name="first" value=""><input id="text" aria-label="Your text"'),
}, async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await tab.evaluate(press, 64);
  await type(tab, '#text', 'x');
  await becomes(tab, notice, 'Not sent: Your text');
});

conversation('B-C: a form that is submitted when the queue is full keeps its text, and can be sent later', BUTTONS, async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await tab.evaluate(press, 64);
  await type(tab, '#text', 'precious');
  await tab.click('#save');
  await becomes(tab, () => /Not sent: ./.test(document.querySelector('.lv-notice').textContent), true);
  assert.equal(await valueOf(tab, '#text'), 'precious');
  await app.online(tab);
  await app.until(() => app.state.pressed.length === 64);
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#text'), 'precious');
  await tab.click('#save');
  await app.until(() => app.state.text === 'precious');
});

conversation('B-C: a field changed when the queue is full is told with its next change', BUTTONS, async ({ app, tab }) => {
  app.offline();
  await away(tab);
  await tab.evaluate(press, 64);
  await type(tab, '#text', 'precious');
  await app.online(tab);
  await app.until(() => app.state.pressed.length === 64);
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#text'), 'precious');
  await tab.keyboard.type('!');
  await app.until(() => app.state.text === 'precious!');
});

conversation('B-C: a change that waits for its field to be free is in the queue still after a reload', note(), async ({ app, tab }) => {
  app.deafen();
  await type(tab, '#text', 'first');
  await app.until(() => app.unheard() >= 1);
  app.offline();
  await away(tab);
  await type(tab, '#text', ' second');
  await tab.reload();
  await app.online(tab);
  await app.until(() => app.state.text === 'first second');
  await holds(tab, '#text', 'first second');
});

conversation('B-C: each event is applied once, over connections that break in the middle of typing', note(), async ({ app, tab }) => {
  await tab.focus('#text');
  for (const word of ['one ', 'two ', 'three ', 'four']) {
    app.hold();
    await tab.keyboard.type(word);
    await app.until(() => app.held() > 0);
    app.offline();
    await away(tab);
    await app.online(tab);
  }
  await tab.click('#save');
  await app.until(() => app.state.saved.length > 0);
  await app.quiet(tab);
  assert.deepEqual([app.state.saved, await valueOf(tab, '#text')], [['one two three four'], 'one two three four']);
});
