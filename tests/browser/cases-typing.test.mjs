// B-A: people go on typing while the server answers.
import assert from 'node:assert/strict';
import { becomes, composing, conversation, holds, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';
import { TYPES } from './client/types.mjs';

/** A chat: a list of what was said, and a form with one field, which the server's HTML always shows empty. */
const chat = (field = '<input id="text" name="text" value="">', more = {}) => ({
  state: { said: [] },
  render: ({ said }) =>
    `<ul>${said.map((text) => `<li>${h(text)}</li>`).join('')}</ul><form id="say" data-lv-submit="say">${field}<button id="send">Send</button></form>`,
  handle: ({ said }, { name, form }) => void (name === 'say' && said.push(form.get('text'))),
  ...more,
});

/** Types each message and presses Enter, without a pause. */
async function chatter(tab, messages, delay) {
  for (const message of messages) {
    await tab.keyboard.type(message, { delay });
    await tab.keyboard.press('Enter', { delay: delay && delay / 2 });
  }
}

/** All was said, and nothing is left in the field. */
async function said(app, tab, messages) {
  await app.until(() => app.state.said.length >= messages.length);
  await app.quiet(tab);
  assert.deepEqual(app.state.said, messages);
  assert.equal(await valueOf(tab, '#text'), '');
}

const FOUR = ['one', 'second', 'three', 'the fourth'];

for (const [delay, key] of [[150, 70], [600, 20]])
  conversation(`B-A: four chat messages typed without a pause, ${delay} ms round trip, ${key} ms a key`, chat(undefined, { delay }), async ({ app, tab }) => {
    await tab.focus('#text');
    await chatter(tab, FOUR, key);
    await said(app, tab, FOUR);
  });

conversation('B-A: four chat messages before the first answer has come', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, FOUR);
  app.release();
  await said(app, tab, FOUR);
});

conversation('B-A: the answers come one at a time, each in the middle of a word', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, ['one']);
  await tab.keyboard.type('tw');
  await app.until(() => app.held() === 1);
  app.release(1);
  await holds(tab, '#text', 'tw');
  await chatter(tab, ['o']);
  await tab.keyboard.type('thr');
  await app.until(() => app.held() === 1);
  app.release(1);
  await holds(tab, '#text', 'thr');
  await chatter(tab, ['ee']);
  await app.until(() => app.held() === 1);
  app.release();
  await said(app, tab, ['one', 'two', 'three']);
});

conversation('B-A: the caret stays where the user types when an answer comes', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, ['one']);
  await tab.keyboard.type('wo');
  await tab.keyboard.press('ArrowLeft');
  await tab.keyboard.press('ArrowLeft');
  await app.until(() => app.held() === 1);
  app.release();
  await holds(tab, '#text', 'wo');
  await chatter(tab, ['t']);
  await said(app, tab, ['one', 'two']);
});

conversation('B-A: the answer comes while the next message is composed', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, ['one']);
  const ime = await composing(tab);
  await ime.set('ni');
  await app.until(() => app.held() === 1);
  app.release();
  await app.shown(tab);
  assert.equal(await valueOf(tab, '#text'), 'oneni');
  await ime.commit('né');
  await holds(tab, '#text', 'né');
  await chatter(tab, ['']);
  await said(app, tab, ['one', 'né']);
});

conversation('B-A: a message that replaces the one under way', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, ['one']);
  await tab.keyboard.press('Control+a');
  await chatter(tab, ['two']);
  app.release();
  await said(app, tab, ['one', 'two']);
});

conversation('B-A: the same message twice is two messages, Enter twice is one', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, ['ho']);
  await tab.keyboard.press('Enter');
  await chatter(tab, ['ho']);
  app.release();
  await said(app, tab, ['ho', 'ho']);
});

conversation('B-A: two messages without a connection are both said when it is back', chat(), async ({ app, tab }) => {
  app.offline();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  await tab.focus('#text');
  await chatter(tab, ['one', 'two']);
  await app.online(tab);
  await said(app, tab, ['one', 'two']);
});

for (const [what, next] of [['another', 'two'], ['one that begins alike', 'once'], ['one that goes on', 'one more']])
  conversation(`B-A: two messages without a connection, the field emptied by hand between, the second ${what}`, chat(), async ({ app, tab }) => {
    app.offline();
    await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
    await tab.focus('#text');
    await chatter(tab, ['one']);
    await tab.keyboard.press('Control+a');
    await tab.keyboard.press('Delete');
    await chatter(tab, [next]);
    await app.online(tab);
    await said(app, tab, ['one', next]);
  });

conversation('B-A: a connection that breaks between two messages', chat(), async ({ app, tab }) => {
  app.hold();
  await tab.focus('#text');
  await chatter(tab, ['one']);
  await app.until(() => app.held() === 1);
  app.offline();
  await tab.locator('.lv-disconnected').waitFor({ state: 'attached' });
  await chatter(tab, ['two']);
  await tab.keyboard.type('thr');
  await app.online(tab);
  await app.until(() => app.state.said.length === 2);
  await app.quiet(tab);
  assert.equal(await valueOf(tab, '#text'), 'thr');
  await chatter(tab, ['ee']);
  await said(app, tab, ['one', 'two', 'three']);
});

conversation('B-A: a textarea, sent by its button', chat('<textarea id="text" name="text"></textarea>'), async ({ app, tab }) => {
  app.hold();
  for (const text of ['one\nline', 'two']) {
    await tab.focus('#text');
    await tab.keyboard.press('Control+End');
    await tab.keyboard.type(text);
    await tab.click('#send');
  }
  await tab.focus('#text');
  await tab.keyboard.press('Control+End');
  await tab.keyboard.type('rest');
  app.release();
  await app.until(() => app.state.said.length === 2);
  await app.quiet(tab);
  assert.deepEqual(app.state.said.map((text) => text.replaceAll('\r', '')), ['one\nline', 'two']);
  assert.equal(await valueOf(tab, '#text'), 'rest');
});

conversation('B-A: messages of a field that tells its changes, too', chat('<input id="text" name="text" value="" data-lv-change="typing">', { delay: 40 }), async ({ app, tab }) => {
  await tab.focus('#text');
  await chatter(tab, FOUR, 10);
  await said(app, tab, FOUR);
});

conversation(
  'B-A: what the server makes of a message that was sent stands before what was typed since',
  {
    state: { name: '' },
    render: ({ name }) => `<form id="f" data-lv-submit="save"><input id="text" name="name" value="${h(name)}"></form>`,
    handle: (state, { form }) => void (state.name = form.get('name').toUpperCase()),
  },
  async ({ app, tab }) => {
    app.hold();
    await tab.focus('#text');
    await chatter(tab, ['ada']);
    await tab.keyboard.type(' lovelace');
    await app.until(() => app.held() === 1);
    app.release();
    await holds(tab, '#text', 'ADA lovelace');
    await tab.keyboard.press('Enter');
    await holds(tab, '#text', 'ADA LOVELACE');
    assert.equal(app.state.name, 'ADA LOVELACE');
  },
);

conversation(
  'B-A: two forms, each with a message under way',
  {
    state: { a: [], b: [] },
    render: ({ a, b }) =>
      `<p>${h([...a, ...b])}</p>` + ['a', 'b'].map((id) => `<form id="${id}" data-lv-submit="${id}"><input id="t${id}" name="text" value=""></form>`).join(''),
    handle: (state, { name, form }) => void state[name].push(form.get('text')),
  },
  async ({ app, tab }) => {
    app.hold();
    for (const [id, text] of [['a', '1'], ['b', '2'], ['a', '3'], ['b', '4']]) {
      await type(tab, `#t${id}`, text);
      await tab.keyboard.press('Enter');
    }
    app.release();
    await app.until(() => app.state.a.length + app.state.b.length === 4);
    await app.quiet(tab);
    assert.deepEqual(app.state, { a: ['1', '3'], b: ['2', '4'] });
    assert.deepEqual([await valueOf(tab, '#ta'), await valueOf(tab, '#tb')], ['', '']);
  },
);

/** A form of many fields, whose HTML shows what was saved. */
const RECORD = {
  state: { saved: [], name: '' },
  render: ({ saved, name }) => `<b>${saved.length}</b><form id="f" data-lv-submit="save"><input id="name" name="name" value="${h(name)}"><button id="save">Save</button>
    <input id="next" name="next" value=""><textarea id="area" name="area"></textarea><input type="file" id="file" name="file">
    <select id="one" name="one"><option value="a">a</option><option value="b">b</option></select>
    <select id="many" name="many" multiple><option>x</option><option>y</option></select>
    <input type="checkbox" id="box" name="box"><input type="radio" id="ra" name="r" value="a" checked><input type="radio" id="rb" name="r" value="b">
    <input type="number" id="number" name="number" value="1"><input type="date" id="date" name="date" value="">
    <input type="range" id="range" name="range" min="0" max="10" value="5"><input type="color" id="color" name="color" value="#000000"></form>`,
  handle: (state, { form }) => {
    state.saved.push([...form]);
    state.name = form.get('name');
  },
};

/** What a person does after Save, and how the page then shows it. */
const AFTER_SAVE = {
  'typed in the next field': [(tab) => type(tab, '#next', 'mine'), () => document.querySelector('#next').value, 'mine'],
  'typed in a textarea': [(tab) => type(tab, '#area', 'mine'), () => document.querySelector('#area').value, 'mine'],
  'a chosen file': [(tab) => tab.setInputFiles('#file', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') }), () => document.querySelector('#file').files[0]?.name, 'a.txt'],
  'a chosen option': [(tab) => tab.selectOption('#one', 'b'), () => document.querySelector('#one').value, 'b'],
  'chosen options': [(tab) => tab.selectOption('#many', ['x', 'y']), () => [...document.querySelector('#many').selectedOptions].map((o) => o.value).join(), 'x,y'],
  'a ticked box': [(tab) => tab.click('#box'), () => document.querySelector('#box').checked, true],
  'a radio button': [(tab) => tab.click('#rb'), () => document.querySelector('#f [name=r]:checked')?.value, 'b'],
  'a number': [(tab) => type(tab, '#number', '2'), () => document.querySelector('#number').value, '12'],
  'a date': [(tab) => TYPES.date.edit(tab, 'date', '2024-02-03'), () => document.querySelector('#date').value, '2024-02-03'],
  'a slider': [async (tab) => (await tab.focus('#range'), await tab.keyboard.press('ArrowRight')), () => document.querySelector('#range').value, '6'],
  'a colour': [(tab) => tab.locator('#color').fill('#112233'), () => document.querySelector('#color').value, '#112233'],
};

for (const [what, [act, read, wanted]] of Object.entries(AFTER_SAVE))
  conversation(`B-A: after Save, ${what} stays when the answer comes`, RECORD, async ({ app, tab }) => {
    app.hold();
    await type(tab, '#name', 'Ada');
    await tab.click('#save');
    await app.until(() => app.held() === 1);
    await act(tab);
    app.release();
    await app.quiet(tab);
    assert.deepEqual([await tab.evaluate(read), await valueOf(tab, '#name')], [wanted, 'Ada']);
  });

conversation('B-A: a box and an option that were saved, and not changed since, take what the server says', RECORD, async ({ app, tab }) => {
  await tab.click('#box');
  await tab.selectOption('#one', 'b');
  await tab.click('#save');
  await app.quiet(tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('#box').checked, document.querySelector('#one').value]), [false, 'a']);
});

conversation(
  'B-A: a form that leaves with its answer does not take what is typed in the next one along',
  {
    state: { step: 1, got: [] },
    render: ({ step, got }) => `<p>${h(got)}</p><form id="step${step}" data-lv-submit="next"><input id="text" name="text" value="" autofocus></form>`,
    handle: (state, { form }) => {
      state.got.push(form.get('text'));
      state.step++;
    },
  },
  async ({ app, tab }) => {
    await tab.focus('#text');
    await chatter(tab, ['one']);
    await becomes(tab, () => document.forms[0].id, 'step2');
    await type(tab, '#text', 'two');
    await tab.keyboard.press('Enter');
    await becomes(tab, () => document.forms[0].id, 'step3');
    assert.deepEqual([app.state.got, await valueOf(tab, '#text')], [['one', 'two'], '']);
  },
);
