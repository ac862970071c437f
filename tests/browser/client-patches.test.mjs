// The server's frames: regions, checks, deltas, elements, the title, acknowledgements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, hash, titleHash, viewOf } from './client/fake.mjs';
import { becomes, live, silent } from './client/tab.mjs';

const frames = (name, inner, run, options) => test(name, live(inner, run, options));
const shows = (tab, selector, html) => becomes(tab, (s) => document.querySelector(s)?.innerHTML, html, selector);

/** A delta that replaces the first bytes by `text`. */
const overwrite = (text) => Buffer.concat([Buffer.from([0, (text.length << 2) | 2]), Buffer.from(text)]);

const A = '<i data-lv-region="a">old</i>';

frames('a region is patched whole by name, then by number and by delta', A, async ({ tab, connection }) => {
  connection.whole(0, ['a', 'count: 41 ä']);
  await shows(tab, 'i', 'count: 41 ä');
  connection.update({ patches: [0, check('COUNT: 41 ä'), overwrite('COUNT')] });
  await shows(tab, 'i', 'COUNT: 41 ä');
  connection.whole(0, [0, 'whole again']);
  await shows(tab, 'i', 'whole again');
});

frames('the root is a region, whose hosts keep their content', `<p>old</p>${A}`, async ({ tab, connection }) => {
  connection.whole(0, ['', '<p>new</p><div><i data-lv-region="a"></i></div>']);
  await shows(tab, 'main', '<p>new</p><div><i data-lv-region="a">old</i></div>');
});

frames('a new host and what is in it come in one frame', '', async ({ tab, connection }) => {
  connection.whole(0, ['', '<ul data-lv-region="list"></ul>'], ['list', '<li data-lv-region="row:1"></li><li data-lv-region="row:2"></li>'], ['row:1', 'one'], ['row:2', 'two']);
  await shows(tab, 'ul', '<li data-lv-region="row:1">one</li><li data-lv-region="row:2">two</li>');
  connection.whole(0, [1, '<li data-lv-region="row:2"></li>'], [3, 'TWO']);
  await shows(tab, 'ul', '<li data-lv-region="row:2">TWO</li>');
  connection.whole(0, [1, '<li data-lv-region="row:1"></li><li data-lv-region="row:2"></li>'], ['row:1', 'back']);
  await shows(tab, 'ul', '<li data-lv-region="row:1">back</li><li data-lv-region="row:2">TWO</li>');
  connection.whole(0, [4, 'numbered']);
  await shows(tab, 'li', 'numbered');
});

frames('a frame that many sessions share names its region, binds no number, and says nothing of events', `${A}<b data-lv-region="b">x</b>`, async ({ tab, connection }) => {
  connection.whole(0, ['a', 'one']);
  await tab.evaluate(() => live.push('wait'));
  const { id } = await connection.event();
  connection.send([1, null, ['a', check('two'), overwrite('two')]]);
  await shows(tab, 'i', 'two');
  const waiting = await tab.evaluate(() => Object.entries(sessionStorage).flatMap(([key, kept]) => (key.startsWith('live:') ? JSON.parse(kept).kept.pending : [])));
  assert.deepEqual(waiting.length, 1, 'the event waits still');
  connection.whole(0, ['b', 'numbered']);
  connection.whole(id, [1, 'second']);
  await shows(tab, 'b', 'second');
  connection.send([1, null, ['a', check('bad'), overwrite('BAD')]]);
  assert.deepEqual(await connection.take(4), [4, 'a']);
  await silent(tab, connection);
});

frames('a wrong check leaves the page as it is and asks for the whole, once', A, async ({ tab, connection }) => {
  connection.whole(0, ['a', 'good']);
  connection.update({ patches: [0, 12345, overwrite('BAD')] });
  connection.update({ patches: [0, check('BADd'), overwrite('BAD')] });
  assert.deepEqual(await connection.take(4), [4, 'a']);
  await shows(tab, 'i', 'good');
  connection.whole(0, [0, 'whole']);
  await shows(tab, 'i', 'whole');
  connection.update({ patches: [0, check('WHOle'), overwrite('WHO')] });
  await shows(tab, 'i', 'WHOle');
  await silent(tab, connection);
});

frames('a delta that is malformed, or for which there are no bytes, asks for the whole', `${A}<b data-lv-region="b">x</b>`, async ({ connection }) => {
  connection.whole(0, ['a', 'abc']);
  connection.update({ patches: [0, 1, Buffer.from([0, 200, 1])] });
  assert.deepEqual(await connection.take(4), [4, 'a']);
  connection.update({ patches: ['b', check('y'), overwrite('y')] });
  assert.deepEqual(await connection.take(4), [4, 'b']);
});

frames('a whole region whose check is wrong ends the connection', A, async ({ server, connection }) => {
  connection.update({ patches: ['a', 1, 'bad'] });
  await connection.closed;
  const next = await server.welcomed();
  assert.equal(next.hello[2], 2);
}, { expected: /malformed frame/ });

frames('one element is replaced by its id, and the region has no bytes then', '<div data-lv-region="a"><p>x</p><p id="one">1</p></div>', async ({ tab, connection, server }) => {
  const after = '<p>x</p><p id="one">2</p>';
  connection.update({ patches: ['a', check(after), [0, hash('a', after).readUInt32LE(4), 'one', '<p id="one">2</p>']] });
  await shows(tab, 'div', after);
  connection.terminate();
  const next = await server.connection();
  assert.deepEqual(Buffer.from(next.hello[4]), Buffer.concat([hash('a', after), titleHash()]));
});

const HOSTED = '<p id="one" class="k">1 <i data-lv-region="b">shown</i></p>';
frames('the content of one element is replaced by its id, and the rest of it stays', `<div data-lv-region="a"><p>x</p>${HOSTED}</div>`, async ({ tab, connection, server }) => {
  const content = '<b>2</b> <i data-lv-region="b"></i>';
  const after = `<p>x</p><p id="one" class="k">${content}</p>`;
  connection.update({ patches: ['a', check(after), [1, hash('a', after).readUInt32LE(4), 'one', content]] });
  await shows(tab, 'div', after.replace('></i>', '>shown</i>'));
  connection.terminate();
  const next = await server.connection();
  assert.deepEqual(Buffer.from(next.hello[4]), Buffer.concat([hash('a', after), titleHash()]));
});

const OPTIONS = '<option>1</option><option selected="">2</option>';
frames('the content of a select leaves what the user chose', `<div data-lv-region="a"><select id="one">${OPTIONS}</select></div>`, async ({ tab, connection }) => {
  await tab.selectOption('#one', '1');
  connection.update({ patches: ['a', 1, [1, 2, 'one', `${OPTIONS}<option>3</option>`]] });
  await shows(tab, '#one', `${OPTIONS}<option>3</option>`);
  assert.equal(await tab.inputValue('#one'), '1');
});

frames('an element that is not there exactly once asks for the whole', '<div data-lv-region="a"><p id="one">1</p><p id="one">1</p></div>', async ({ tab, connection }) => {
  connection.update({ patches: ['a', 1, [0, 2, 'one', '<p id="one">2</p>']] });
  assert.deepEqual(await connection.take(4), [4, 'a']);
  await shows(tab, 'div', '<p id="one">1</p><p id="one">1</p>');
});

frames('a hint narrows a delta to one element', '<div data-lv-region="a"></div>', async ({ tab, connection }) => {
  connection.whole(0, ['a', '<p id="a">1</p><p id="b">2</p>']);
  await shows(tab, 'div', '<p id="a">1</p><p id="b">2</p>');
  await tab.evaluate(() => (document.querySelector('#a').textContent = 'untouched'));
  // The element is 15 bytes from byte 15 on; 25 bytes are copied, one is replaced, the rest stays.
  const delta = Buffer.from([15 + 1, 15, 25 << 2, (1 << 2) | 2, '3'.charCodeAt(0)]);
  connection.update({ patches: [0, check('<p id="a">1</p><p id="b">3</p>'), delta] });
  await shows(tab, 'div', '<p id="a">untouched</p><p id="b">3</p>');
});

frames('hashes on reconnect are those of the patched regions', `${A}<b data-lv-region="b">x</b>`, async ({ tab, server, connection }) => {
  assert.deepEqual(Buffer.from(connection.hello[4]), Buffer.concat([hash('', `<i data-lv-region="a"></i><b data-lv-region="b"></b>`), hash('a', 'old'), hash('b', 'x'), titleHash()]));
  assert.deepEqual(connection.hello.slice(0, 4), [0, 'token-1', 1, 0]);
  connection.whole(0, ['b', 'patched ä']);
  await shows(tab, 'b', 'patched ä');
  connection.terminate();
  const next = await server.connection();
  assert.deepEqual(Buffer.from(next.hello[4]), Buffer.concat([hash('', `<i data-lv-region="a"></i><b data-lv-region="b"></b>`), hash('a', 'old'), hash('b', 'patched ä'), titleHash()]));
  assert.deepEqual(next.hello.slice(0, 4), [0, 'renewed', 2, 0]);
  next.welcome({ flags: 1 });
  next.whole(0, ['b', 'named anew']);
  await shows(tab, 'b', 'named anew');
}, { view: viewOf(['', '<i data-lv-region="a"></i><b data-lv-region="b"></b>'], ['a', 'old'], ['b', 'x']) });

frames('a region without a host is left alone', A, async ({ tab, connection }) => {
  connection.whole(0, ['ghost', 'boo']);
  connection.whole(0, [0, 'boo']);
  connection.whole(0, ['a', 'fine']);
  await shows(tab, 'i', 'fine');
  await silent(tab, connection);
});

frames('three frames, or one with commands, are acknowledged', A, async ({ tab, connection }) => {
  connection.whole(0, ['a', 'one']);
  connection.whole(0, [0, 'two']);
  connection.whole(0, [0, 'three']);
  assert.deepEqual(await connection.take(2, []), [2, 3, 0]);
  connection.update({ commands: [[7, 2, 'html', 'start']] });
  assert.deepEqual(await connection.take(2, []), [2, 4, 7]);
  connection.whole(0, [0, 'x'.repeat(70_000)]);
  assert.deepEqual(await connection.take(2, []), [2, 5, 7]);
  await shows(tab, 'i', 'x'.repeat(70_000));
});

frames('the title follows', '', async ({ tab, connection }) => {
  connection.update({ title: 'Ünread (3)' });
  await becomes(tab, () => document.title, 'Ünread (3)');
});

frames('typed text that the server has not seen stays, and what the server makes of it comes', '<form data-lv-change="check"><input name="q" value=""></form>', async ({ tab, connection }) => {
  const html = (value) => `<form data-lv-change="check"><input name="q" value="${value}"></form>`;
  const value = () => tab.inputValue('input');
  await tab.locator('input').pressSequentially('ab');
  assert.equal((await connection.event()).id, 1);
  connection.whole(1, ['', html('a')]);
  assert.equal((await connection.event()).id, 2);
  await becomes(tab, () => document.querySelector('input').defaultValue, 'a');
  assert.equal(await value(), 'ab');
  connection.whole(2, [0, html('AB')]);
  await becomes(tab, () => document.querySelector('input').value, 'AB');
});

for (const [name, bytes] of Object.entries({
  'no msgpack': [0xc1],
  'an extension': [0xd4, 1, 0],
  'trailing bytes': [0x91, 2, 0],
  'a length past the end': [0x92, 1],
  'a huge length': [0xdd, 0xff, 0xff, 0xff, 0xff],
  'a string past the end': [0x92, 4, 0xdb, 0x7f, 0xff, 0xff, 0xff],
  'no array': [5],
  'bad UTF-8': [0x93, 4, 0, 0xa1, 0xff],
  'too deep nesting': [0x92, 4, ...Array(8).fill(0x91), 0],
  'a duplicate key': [0x92, 4, 0x82, 0xa1, 97, 1, 0xa1, 97, 1],
  'an unbound number': [0x93, 1, 0, 0x93, 5, 0, 0xa0],
}))
  frames(`a frame with ${name} ends the connection, and the browser comes back`, '', async ({ server, connection }) => {
    connection.raw(Buffer.from(bytes));
    await connection.closed;
    await server.welcomed();
  }, { expected: /Error/ });

frames('a text message ends the connection', '', async ({ server, connection }) => {
  connection.raw('[2]');
  await connection.closed;
  await server.welcomed();
}, { expected: /Error/ });
