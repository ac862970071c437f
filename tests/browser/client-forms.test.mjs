// What shows while an event awaits the server, and what becomes of a form's fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomes, live, silent } from './client/tab.mjs';

const pages = (name, inner, run, options) => test(name, live(inner, run, options));
const outer = (tab, selector) => tab.locator(selector).evaluate((element) => element.outerHTML);

pages('an element has lv-loading, and its own classes, until its event is acknowledged', '<p class="x" data-lv-click="a" data-lv-loading-class="dim  slow">x</p>', async ({ tab, connection }) => {
  const before = await outer(tab, 'p');
  await tab.click('p');
  await tab.click('p');
  const classes = () => [...document.querySelector('p').classList].join();
  assert.equal(await tab.evaluate(classes), 'x,lv-loading,dim,slow');
  connection.update({ applied: 1, title: 'first' });
  await becomes(tab, () => document.title, 'first');
  assert.equal(await tab.evaluate(classes), 'x,lv-loading,dim,slow');
  connection.update({ applied: 2 });
  await becomes(tab, () => document.querySelector('p').outerHTML, before);
});

pages('elements are shown, hidden and disabled meanwhile', '<button data-lv-click="a" data-lv-loading-show="#wait" data-lv-loading-hide data-lv-loading-disable="#b">x</button><i id="wait" hidden>…</i><button id="b">b</button>', async ({ tab, connection }) => {
  const states = () => [...document.querySelectorAll('button,i')].map((e) => `${e.hidden} ${e.disabled}`).join();
  const before = await tab.evaluate(states);
  await tab.click('button');
  assert.equal(await tab.evaluate(states), 'true false,false undefined,false true');
  connection.update({ applied: 1 });
  await becomes(tab, states, before);
});

pages('a patch that comes meanwhile leaves what shows the waiting, and the end leaves no trace', '<button data-lv-click="a" data-lv-loading-class="dim" data-lv-loading-disable>x</button>', async ({ tab, connection }) => {
  const html = (text) => `<button data-lv-click="a" data-lv-loading-class="dim" data-lv-loading-disable="">${text}</button>`;
  await tab.click('button');
  connection.whole(0, ['', html('other')]);
  await tab.locator('text=other').waitFor();
  assert.equal(await tab.evaluate(() => [...document.querySelector('button').classList].join()), 'lv-loading,dim');
  assert.equal(await tab.isDisabled('button'), true);
  connection.whole(1, [0, html('done')]);
  await becomes(tab, () => document.querySelector('main').innerHTML, html('done'));
});

pages('a class that the server gives meanwhile shows at once', '<button class="a" data-lv-click="x">x</button>', async ({ tab, connection }) => {
  await tab.click('button');
  connection.whole(0, ['', '<button class="b" data-lv-click="x">x</button>']);
  await becomes(tab, () => document.querySelector('button').className.trim(), 'b lv-loading');
  connection.update({ applied: 1 });
  await becomes(tab, () => document.querySelector('main').innerHTML, '<button class="b" data-lv-click="x">x</button>');
});

const FORM = '<form data-lv-submit="send" data-lv-loading-disable><input name="text"><input type="file" name="f"><input type="checkbox" name="c"><select name="s"><option>1</option><option>2</option></select><button>go</button></form>';
const state = () => {
  const [text, file, box, select, button] = document.querySelector('form').elements;
  return `${text.value}|${file.files.length}|${box.checked}|${select.value}|${button.disabled}`;
};
const fill = async (tab) => {
  await tab.fill('[name=text]', 'hello');
  await tab.setInputFiles('[type=file]', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await tab.check('[name=c]');
  await tab.selectOption('select', '2');
};

pages('a submitted form takes the server\'s values once it is acknowledged', FORM, async ({ tab, connection }) => {
  await fill(tab);
  await tab.press('[name=text]', 'Enter');
  assert.equal((await connection.event()).name, 'send');
  assert.equal(await tab.evaluate(state), 'hello|1|true|2|true');
  connection.update({ applied: 1 });
  await becomes(tab, state, '|0|false|1|false');
});

pages('a form whose submit failed keeps what was typed', FORM, async ({ tab, connection }) => {
  await fill(tab);
  await tab.press('[name=text]', 'Enter');
  await connection.event();
  connection.update({ applied: 1, failed: [1] });
  await becomes(tab, state, 'hello|1|true|2|false');
});

pages('a form whose submit failed keeps what was typed even if the frame that said so is lost', FORM, async ({ tab, server, connection }) => {
  await fill(tab);
  await tab.press('[name=text]', 'Enter');
  await connection.event();
  connection.terminate();
  await server.welcomed({ applied: 1, flags: 1, failed: [1] });
  await becomes(tab, state, 'hello|1|true|2|false');
});

pages('a second submit is swallowed while the first is under way', FORM.replace(' data-lv-loading-disable', ''), async ({ tab, connection, server }) => {
  await tab.click('button');
  await tab.click('button');
  assert.equal((await connection.event()).id, 1);
  await silent(tab, connection);
  connection.update({ applied: 2 });
  await becomes(tab, () => document.querySelectorAll('.lv-loading').length, 0);
  await tab.click('button');
  assert.equal((await connection.event()).id, 3);
  assert.equal(tab.url(), server.url + '/');
});

pages('a change that the server has not seen survives the end of a submit', '<form data-lv-submit="send" data-lv-change="check"><input name="text"></form>', async ({ tab, connection }) => {
  await tab.locator('input').pressSequentially('a');
  await tab.press('input', 'Enter');
  await tab.locator('input').pressSequentially('b');
  connection.update({ applied: 2, title: 'submitted' });
  await becomes(tab, () => document.title, 'submitted');
  // What was typed after the submit, as the next event says, too.
  assert.equal(await tab.inputValue('input'), 'b');
  await tab.press('input', 'Enter');
  for (;;) {
    const { id, name, form } = await connection.event();
    connection.update({ applied: id });
    if (name === 'send' && id > 2) {
      assert.deepEqual(form, ['text', 'b']);
      break;
    }
  }
  await becomes(tab, () => document.querySelector('input').value, '');
});

pages('a value that the server gives a submitted form shows', '<form data-lv-submit="send"><input name="text" value=""></form>', async ({ tab, connection }) => {
  await tab.fill('input', 'abc');
  await tab.press('input', 'Enter');
  connection.whole(1, ['', '<form data-lv-submit="send"><input name="text" value="ABC"></form>']);
  await becomes(tab, () => document.querySelector('input').value, 'ABC');
});
