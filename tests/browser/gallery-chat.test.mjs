// The chat: two browsers, escaping, focus, late joiners, what isn't taken, no JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, post, shows } from './gallery/start.mjs';

const { url, live, without } = await gallery();

async function say(tab, text) {
  await tab.locator('#text').fill(text);
  await tab.locator('#text').press('Enter');
}

const hears = (tab, text) => tab.locator('#messages .text').getByText(text, { exact: true }).waitFor();
const close = (...tabs) => Promise.all(tabs.map((tab) => tab.context().close()));

test('two browsers hear each other', async () => {
  const [ann, bo] = await Promise.all([live('/chat/lobby?name=Ann'), live('/chat/lobby?name=Bo')]);
  await say(ann, 'Hello, Bo');
  await Promise.all([hears(ann, 'Hello, Bo'), hears(bo, 'Hello, Bo')]);
  await say(bo, 'Hello, Ann');
  await Promise.all([hears(ann, 'Hello, Ann'), hears(bo, 'Hello, Ann')]);
  for (const tab of [ann, bo]) {
    assert.deepEqual(await tab.locator('#messages b').allTextContents(), ['Ann', 'Bo'], 'newest last, each once');
    assert.deepEqual(tab.problems, []);
  }
  await close(ann, bo);
});

test('the field empties and keeps the focus, by key and by button', async () => {
  const tab = await live('/chat/field');
  await say(tab, 'by key');
  await hears(tab, 'by key');
  await tab.waitForFunction(() => document.activeElement.id === 'text' && document.activeElement.value === '');
  await tab.locator('#text').fill('by button');
  await tab.getByRole('button', { name: 'Send' }).click();
  await hears(tab, 'by button');
  await tab.waitForFunction(() => document.activeElement.id === 'text' && document.activeElement.value === '');
  await close(tab);
});

test('what others say leaves alone what is being typed', async () => {
  const [ann, bo] = await Promise.all([live('/chat/typing?name=Ann'), live('/chat/typing?name=Bo')]);
  await bo.locator('#text').pressSequentially('half a sent');
  await bo.keyboard.press('ArrowLeft');
  await say(ann, 'interrupting');
  await hears(bo, 'interrupting');
  const field = await bo.locator('#text').evaluate((field) => [field.value, field.selectionStart, field === document.activeElement]);
  assert.deepEqual(field, ['half a sent', 10, true]);
  await close(ann, bo);
});

test('HTML is text, in messages and in names', async () => {
  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>&amp;';
  const name = '"><b id=evil>';
  const tab = await live(`/chat/html?name=${encodeURIComponent(name)}`);
  const title = await tab.title();
  await say(tab, markup);
  await hears(tab, markup);
  assert.equal(await tab.locator('#messages .who b').textContent(), name);
  assert.equal(await tab.locator('[data-lv] :is(img, script, #evil)').count(), 0);
  assert.equal(await tab.title(), title);
  assert.deepEqual(tab.problems, []);
  await close(tab);
});

test('nothing, and too much, is not taken, and stays in the field', async () => {
  const tab = await live('/chat/wrong');
  await say(tab, '   ');
  await shows(tab, '#flash', 'Write something first.');
  assert.equal(await tab.locator('#text').inputValue(), '   ');
  await tab.locator('#text').evaluate((field) => field.removeAttribute('maxlength'));
  await say(tab, 'x'.repeat(281));
  await tab.locator('#flash', { hasText: '281 characters' }).waitFor();
  assert.equal((await tab.locator('#text').inputValue()).length, 281);
  assert.equal(await tab.locator('#messages li').count(), 0);
  await say(tab, 'better');
  await hears(tab, 'better');
  await shows(tab, '#flash', '');
  await close(tab);
});

test('who comes late reads what was said, room by room', async () => {
  const ann = await live('/chat/late?name=Ann');
  for (const text of ['one', 'two', 'three']) {
    await say(ann, text);
    await hears(ann, text);
  }
  const html = await (await fetch(`${url}/chat/late`)).text();
  assert.match(html, /one<\/p>.*two<\/p>.*three<\/p>/s);
  const bo = await live('/chat/late?name=Bo');
  assert.deepEqual(await bo.locator('#messages .text').allTextContents(), ['one', 'two', 'three']);
  await bo.getByRole('link', { name: '#tea' }).click();
  await bo.waitForURL(/\/chat\/tea\?name=Bo/);
  assert.equal(await bo.locator('#messages li').count(), 0);
  assert.equal(await bo.locator('#name').inputValue(), 'Bo');
  await close(ann, bo);
});

test('the list stays at its end, but not under a reader who scrolled up', async () => {
  const [ann, bo] = await Promise.all([live('/chat/scroll?name=Ann'), live('/chat/scroll?name=Bo')]);
  for (let i = 1; i <= 20; i++) {
    await say(ann, `line ${i}`);
    await hears(ann, `line ${i}`);
  }
  await hears(bo, 'line 20');
  const visible = (tab) => tab.evaluate(() => {
    const [last, log] = ['#messages > :last-child', '.log'].map((selector) => document.querySelector(selector).getBoundingClientRect());
    return last.bottom <= log.bottom + 1;
  });
  assert.ok(await visible(ann));
  assert.ok(await visible(bo));
  await bo.locator('.log').evaluate((log) => log.scrollTo(0, -log.scrollHeight));
  await say(ann, 'line 21');
  await hears(bo, 'line 21');
  assert.equal(await visible(bo), false);
  assert.ok(await visible(ann));
  await close(ann, bo);
});

test('who is there is seen to come and go, and once however many tabs', async () => {
  const people = (tab, ...names) => tab.waitForFunction(
    (names) => [...document.querySelectorAll('#people span:nth-child(2)')].map((name) => name.textContent).join() == names,
    names.join(),
  );
  const ann = await live('/chat/door?name=Ann');
  await people(ann, 'Ann');
  const bo = await live('/chat/door?name=Bo');
  const second = await live('/chat/door?name=Bo');
  for (const tab of [ann, bo, second]) await people(tab, 'Ann', 'Bo');

  await close(second);
  const cy = await live('/chat/door?name=Cy');
  await people(ann, 'Ann', 'Bo', 'Cy');
  await close(bo);
  await people(ann, 'Ann', 'Cy');
  await cy.evaluate(() => window.live.disconnect());
  await people(ann, 'Ann');
  await cy.evaluate(() => window.live.connect());
  await people(ann, 'Ann', 'Cy');
  await people(cy, 'Ann', 'Cy');
  await close(ann, cy);
});

test('without JavaScript a message is said, and one that is empty is told of', async () => {
  const tab = await without('/chat/forms?name=Ann');
  await tab.fill('#text', 'from a form');
  await post(tab, 'Send');
  assert.match(await tab.locator('#messages > *').last().textContent(), /Ann.*from a form/s);
  const other = await without('/chat/forms?name=Bob');
  await other.fill('#text', 'and back');
  await post(other, 'Send');
  await post(tab, 'Send');
  assert.equal(await tab.locator('#flash').textContent(), 'Write something first.');
  assert.match(await tab.locator('#messages > *').last().textContent(), /Bob.*and back/s);
  await close(tab, other);
});
