// B-E: patches, and what the user, the browser and scripts of the page put there.
import assert from 'node:assert/strict';
import { becomes, conversation, holds, type, valueOf } from './client/tab.mjs';
import { h } from './client/app.mjs';

/** A page of `inner(state)` beside a counter; each click and each change of `note` patches its region. */
const around = (inner, more = {}) => ({
  state: { n: 0, note: '', text: '', got: [] },
  render: (state) => `<p id="n">${state.n}${h(state.note)}</p><button id="inc" data-lv-click="inc">+</button>${inner(state)}`,
  handle: (state, { name, form }) => {
    if (name === 'inc') state.n++;
    if (name === 'edit') state.text = form.get('f');
    if (name === 'save') state.got.push([...form].map((pair) => pair.join('=')));
  },
  ...more,
});

/** A patch from elsewhere, and one by a click, both carried out. */
async function patched(app, tab) {
  app.change((state) => (state.note += '.'));
  await app.shown(tab);
  const before = app.state.n;
  await tab.click('#inc');
  await app.until(() => app.state.n > before);
  await app.quiet(tab);
}

conversation('B-E: a textarea that the user resized keeps its size when a keystroke is answered', around(({ text }) => `<textarea id="f" name="f" data-lv-change="edit">${h(text)}</textarea>`), async ({ app, tab }) => {
  const size = () => JSON.stringify([document.querySelector('#f').offsetWidth, document.querySelector('#f').offsetHeight]);
  const before = await tab.evaluate(size);
  const { x, y, width, height } = await tab.locator('#f').boundingBox();
  await tab.mouse.move(x + width - 4, y + height - 4);
  await tab.mouse.down();
  await tab.mouse.move(x + width + 60, y + height + 80, { steps: 4 });
  await tab.mouse.up();
  const resized = await tab.evaluate(size);
  assert.notEqual(resized, before, 'the user can resize it');
  await type(tab, '#f', 'abc');
  await app.until(() => app.state.text === 'abc');
  await app.quiet(tab);
  assert.equal(await tab.evaluate(size), resized);
});

conversation('B-E: a resized textarea keeps its size when the server changes another attribute of it', around(({ note }) => `<textarea id="f" name="f" class="${note ? 'wrong' : ''}"></textarea>`), async ({ app, tab }) => {
  await tab.evaluate(() => (document.querySelector('#f').style.height = '222px'));
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('#f').style.height, document.querySelector('#f').className]), ['222px', 'wrong']);
});

conversation('B-E: what was typed into an editable element stays', around(() => '<div id="f" contenteditable="">start</div>'), async ({ app, tab }) => {
  await type(tab, '#f', ' and more');
  await patched(app, tab);
  assert.equal(await tab.textContent('#f'), 'start and more');
});

conversation('B-E: what was typed into an editable element stays when the server changes an attribute of it', around(({ note }) => `<div id="f" contenteditable="" class="${note ? 'late' : ''}">start</div>`), async ({ app, tab }) => {
  await type(tab, '#f', ' and more');
  await tab.keyboard.press('Enter');
  await tab.keyboard.type('line');
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('#f').innerText.replaceAll('\n\n', '\n'), document.querySelector('#f').className]), ['start and more\nline', 'late']);
});

conversation('B-E: a class that a script toggles on a clicked button outlives the acknowledgement', around(() => '<button id="menu" data-lv-click="inc" class="btn" data-lv-loading-class="dim">Menu</button>', { after: '<script>addEventListener("click", ({ target }) => target.id === "menu" && target.classList.toggle("open"), true)</script>' }), async ({ app, tab }) => {
  const classes = () => [...document.querySelector('#menu').classList].sort().join();
  await tab.click('#menu');
  await app.quiet(tab);
  assert.equal(await tab.evaluate(classes), 'btn,open');
  await patched(app, tab);
  assert.equal(await tab.evaluate(classes), 'btn,open');
  await tab.click('#menu');
  await app.quiet(tab);
  assert.equal(await tab.evaluate(classes), 'btn');
});

conversation('B-E: a class that a script adds while the event is on its way', around(() => '<button id="menu" data-lv-click="inc" class="btn">Menu</button>'), async ({ app, tab }) => {
  app.hold();
  await tab.click('#menu');
  await tab.evaluate(() => document.querySelector('#menu').classList.add('seen'));
  app.release();
  await app.quiet(tab);
  assert.equal(await tab.evaluate(() => document.querySelector('#menu').className), 'btn seen');
});

conversation("B-E: the server's classes come and go beside a script's", around(({ n }) => `<p id="f" class="a ${n % 2 ? 'odd' : 'even'}">x</p>`), async ({ app, tab }) => {
  await tab.evaluate(() => document.querySelector('#f').classList.add('mine'));
  await patched(app, tab);
  const classes = () => [...document.querySelector('#f').classList].sort().join();
  assert.equal(await tab.evaluate(classes), 'a,mine,odd');
  await tab.evaluate(() => document.querySelector('#f').classList.remove('a'));
  await patched(app, tab);
  assert.equal(await tab.evaluate(classes), 'even,mine');
});

conversation('B-E: a hidden field that a date picker set stays, and is submitted', around(() => '<form id="form" data-lv-submit="save"><input type="hidden" id="f" name="when" value=""><button id="go">go</button></form>'), async ({ app, tab }) => {
  await tab.evaluate(() => (document.querySelector('#f').value = '2026-01-02'));
  await patched(app, tab);
  assert.equal(await valueOf(tab, '#f'), '2026-01-02');
  await tab.click('#go');
  await app.until(() => app.state.got.length === 1);
  assert.deepEqual(app.state.got, [['when=2026-01-02']]);
});

conversation('B-E: a password that a script shows stays shown, with its text', around(() => '<form id="form" data-lv-submit="save"><input type="password" id="f" name="f" value=""></form>'), async ({ app, tab }) => {
  await type(tab, '#f', 'secret');
  await tab.evaluate(() => (document.querySelector('#f').type = 'text'));
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('#f').type, document.querySelector('#f').value]), ['text', 'secret']);
});

conversation('B-E: what was found by its fragment stays revealed', around(() => '<div id="box" hidden="until-found"><p id="inside">here</p></div>'), async ({ app, tab }) => {
  await tab.evaluate(() => (location.hash = '#inside'));
  await becomes(tab, () => document.querySelector('#box').hidden, false);
  await patched(app, tab);
  assert.equal(await tab.evaluate(() => document.querySelector('#box').hidden), false);
});

conversation('B-E: a canvas that a script sized and drew', around(({ note }) => `<canvas id="f" class="${note ? 'late' : ''}"></canvas>`), async ({ app, tab }) => {
  await tab.evaluate(() => {
    const canvas = document.querySelector('#f');
    canvas.width = 37;
    const context = canvas.getContext('2d');
    context.fillStyle = '#ff0000';
    context.fillRect(0, 0, 37, 37);
  });
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('#f').width, [...document.querySelector('#f').getContext('2d').getImageData(5, 5, 1, 1).data].join(), document.querySelector('#f').className]), [37, '255,0,0,255', 'late']);
});

const NOSCRIPT = '<noscript><input name="no" value="script"><img src="/pixel.png"><link rel="stylesheet" href="/pixel.css"><button name="no" value="button">no</button></noscript>';
const asked = [];
const pixels = { routes: Object.fromEntries(['/pixel.png', '/pixel.css'].map((path) => [path, (request, response) => (asked.push(path), response.writeHead(204).end())])) };
for (const [what, inner] of [
  ['that is there', () => NOSCRIPT],
  ['that comes', ({ n }) => (n ? NOSCRIPT : '')],
  ['that changes', ({ n, note }) => NOSCRIPT.replace('script"', `script${n}${note}"`)],
  ['in a paragraph that changes', ({ n, note }) => `<div id="around">${n}${note}${NOSCRIPT}</div>`],
])
  conversation(`B-E: <noscript> ${what} is text: its fields aren't submitted, nothing of it is loaded, no button of it is the form's`, around((state) => `<form id="form" data-lv-submit="save">${inner(state)}<input id="f" name="f" value=""><button name="yes" value="button">yes</button></form>`, pixels), async ({ app, tab }) => {
    asked.length = 0;
    await patched(app, tab);
    await patched(app, tab);
    assert.equal(await tab.evaluate(() => document.querySelector('noscript').children.length), 0);
    await type(tab, '#f', 'x');
    await tab.keyboard.press('Enter');
    await app.until(() => app.state.got.length === 1);
    assert.deepEqual([app.state.got, asked], [[['f=x', 'yes=button']], []]);
  });

const X_CARD = `<script>
  customElements.define('x-card', class extends HTMLElement {
    static observedAttributes = ['open', 'label'];
    connectedCallback() {
      this.setAttribute('role', 'group');
      this.tabIndex = 0;
      if (!this.querySelector('.made')) {
        const made = document.createElement('i');
        made.className = 'made';
        made.textContent = 'made';
        this.append(made);
      }
      this.onclick = () => this.toggleAttribute('open');
    }
    attributeChangedCallback(name, old, now) {
      if (name === 'open') this.setAttribute('aria-expanded', now != null);
      if (name === 'label') this.setAttribute('aria-label', now ?? '');
    }
  });
</script>`;

/** Defined behind the script of live pages: what an element did before nobody can tell from what the server sent. */
conversation("B-E: a custom element's own role, reflected attributes and children", around(({ note }) => `<x-card id="f" label="a${note.length > 1 ? 'b' : ''}"><b>${h(note)}</b></x-card>`), async ({ app, tab }) => {
  await tab.evaluate(X_CARD.replace(/<.?script>/g, ''));
  const own = () => {
    const card = document.querySelector('#f');
    return [card.getAttribute('role'), card.tabIndex, card.hasAttribute('open'), card.getAttribute('aria-expanded'), card.getAttribute('aria-label'), card.textContent].join();
  };
  await tab.click('#f');
  await patched(app, tab);
  assert.equal(await tab.evaluate(own), 'group,0,true,true,a,.made');
  await patched(app, tab);
  assert.equal(await tab.evaluate(own), 'group,0,true,true,ab,..made');
});

conversation('B-E: a custom element that a patch brings makes itself once, and stays so', around(({ n, note }) => (n ? `<x-card id="f" label="a"><b>${h(note)}</b></x-card>` : ''), { after: X_CARD }), async ({ app, tab }) => {
  await patched(app, tab);
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('#f').getAttribute('role'), document.querySelector('#f').textContent]), ['group', '..made']);
});

/** What a script or the browser does to an element, how it shows, and the element. */
const FOREIGN = {
  'details that the user opened': ['<details id="f"><summary id="s">s</summary><p>x</p></details>', (tab) => tab.click('#s'), () => document.querySelector('#f').open, true],
  'a dialog that a script opened': ['<dialog id="f">hi</dialog>', (tab) => tab.evaluate(() => document.querySelector('#f').show()), () => document.querySelector('#f').open, true],
  'a popover that the user opened': ['<button id="s" popovertarget="f">s</button><div id="f" popover="manual">hi</div>', (tab) => tab.click('#s'), () => document.querySelector('#f').matches(':popover-open'), true],
  'a scrolled box': ['<div id="f"><p id="high">x</p></div>', (tab) => tab.evaluate(() => {
    document.querySelector('#f').style.cssText = 'height: 40px; overflow: auto';
    document.querySelector('#high').style.height = '500px';
    document.querySelector('#f').scrollTop = 99;
  }), () => document.querySelector('#f').scrollTop, 99],
  'an element that was dragged': ['<div id="f">x</div>', (tab) => tab.evaluate(() => (document.querySelector('#f').style.left = '30px')), () => document.querySelector('#f').style.left, '30px'],
  'aria-expanded that a script set': ['<button id="f" aria-expanded="false">x</button>', (tab) => tab.evaluate(() => document.querySelector('#f').setAttribute('aria-expanded', 'true')), () => document.querySelector('#f').getAttribute('aria-expanded'), 'true'],
  'a button that a script disabled': ['<button id="f">x</button>', (tab) => tab.evaluate(() => (document.querySelector('#f').disabled = true)), () => document.querySelector('#f').disabled, true],
  'an element that a script hid': ['<p id="f">x</p>', (tab) => tab.evaluate(() => (document.querySelector('#f').hidden = true)), () => document.querySelector('#f').hidden, true],
  'an attribute that a script took off': ['<p id="f" title="t">x</p>', (tab) => tab.evaluate(() => document.querySelector('#f').removeAttribute('title')), () => document.querySelector('#f').title, ''],
  'text that a script wrote': ['<p id="f">x</p>', (tab) => tab.evaluate(() => (document.querySelector('#f').textContent = 'chart')), () => document.querySelector('#f').textContent, 'chart'],
  'text that the browser translated': ['<p id="f">one</p>', (tab) => tab.evaluate(() => document.querySelector('#f').replaceChildren(Object.assign(document.createElement('font'), { textContent: 'eins' }))), () => document.querySelector('#f').textContent, 'eins'],
  'a tooltip at the end': ['<div id="f"><p>x</p></div>', (tab) => tab.evaluate(() => document.querySelector('#f').append(Object.assign(document.createElement('i'), { id: 'tip' }))), () => !!document.querySelector('#tip'), true],
  'a node between those of the server': ['<ul id="f"><li id="l1">1</li><li id="l2">2</li></ul>', (tab) => tab.evaluate(() => document.querySelector('#l1').after(Object.assign(document.createElement('li'), { id: 'ad' }))), () => [...document.querySelector('#f').children].map(({ id }) => id).join(), 'l1,ad,l2'],
  'an element that a script took out': ['<div id="f"><p id="gone">x</p></div>', (tab) => tab.evaluate(() => document.querySelector('#gone').remove()), () => !!document.querySelector('#gone'), false],
  'a list that a script sorted': ['<ul id="f"><li id="l1">1</li><li id="l2">2</li><li id="l3">3</li></ul>', (tab) => tab.evaluate(() => document.querySelector('#f').prepend(document.querySelector('#l3'))), () => [...document.querySelector('#f').children].map(({ id }) => id).join(), 'l3,l1,l2'],
  'an element that a script wrapped': ['<div id="f"><p id="in">x</p></div>', (tab) => tab.evaluate(() => {
    const inner = document.querySelector('#in');
    const wrapper = document.createElement('section');
    inner.before(wrapper);
    wrapper.append(inner);
  }), () => document.querySelector('#in').parentNode.localName, 'section'],
  'a box that a script made half ticked': ['<input type="checkbox" id="f">', (tab) => tab.evaluate(() => (document.querySelector('#f').indeterminate = true)), () => document.querySelector('#f').indeterminate, true],
  'a shadow root': ['<div id="f"></div>', (tab) => tab.evaluate(() => (document.querySelector('#f').attachShadow({ mode: 'open' }).textContent = 'in')), () => document.querySelector('#f').shadowRoot?.textContent, 'in'],
  'options that a script put in': ['<select id="f"><option>a</option></select>', (tab) => tab.evaluate(() => document.querySelector('#f').add(new Option('b', 'b', false, true))), () => document.querySelector('#f').value, 'b'],
  'a field that a script made read-only, with its text': ['<input id="f" value="">', (tab) => tab.evaluate(() => Object.assign(document.querySelector('#f'), { readOnly: true, value: 'set' })), () => `${document.querySelector('#f').readOnly} ${document.querySelector('#f').value}`, 'true set'],
};

for (const [what, [html, act, read, wanted]] of Object.entries(FOREIGN)) {
  conversation(`B-E: ${what}: stays when the page changes around it`, around(() => html), async ({ app, tab }) => {
    await act(tab);
    await patched(app, tab);
    assert.equal(await tab.evaluate(read), wanted);
  });
}

for (const what of ['details that the user opened', 'an element that was dragged', 'a tooltip at the end', 'a node between those of the server', 'an element that a script hid', 'a scrolled box', 'aria-expanded that a script set']) {
  const [html, act, read, wanted] = FOREIGN[what];
  conversation(`B-E: ${what}: stays when the server changes a title of the same element`, around(({ note }) => html.replace('id="f"', `id="f" title="t${h(note)}"`)), async ({ app, tab }) => {
    await act(tab);
    await patched(app, tab);
    assert.deepEqual([await tab.evaluate(read), await tab.getAttribute('#f', 'title')], [wanted, 't.']);
  });
}

conversation("B-E: where the server changes the very attribute that a script changed, the server's counts", around(({ n }) => `<p id="f" title="${n}">x</p>`), async ({ app, tab }) => {
  await tab.evaluate(() => (document.querySelector('#f').title = 'mine'));
  app.change((state) => (state.note = '.'));
  await app.shown(tab);
  assert.equal(await tab.getAttribute('#f', 'title'), 'mine');
  await patched(app, tab);
  assert.equal(await tab.getAttribute('#f', 'title'), '1');
});

conversation('B-E: rows that come and go around a row that a script marked', around(({ n, note }) => `<ul id="f">${['a', 'b', 'c', ...Array(n + note.length).keys()].map((id) => `<li id="row-${id}">${id}</li>`).reverse().join('')}</ul>`), async ({ app, tab }) => {
  await tab.evaluate(() => document.querySelector('#row-b').classList.add('dragging'));
  await patched(app, tab);
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [document.querySelector('.dragging').id, document.querySelectorAll('#f li').length]), ['row-b', 7]);
});

conversation('B-E: a search in a list that a script filters: rows stay hidden, the new one shows', around(({ n }) => `<ul id="f">${['ab', 'bc', ...Array(n).fill('ac')].map((text, i) => `<li id="r${i}">${text}</li>`).join('')}</ul>`), async ({ app, tab }) => {
  await tab.evaluate(() => document.querySelectorAll('#f li').forEach((row) => (row.hidden = !row.textContent.includes('a'))));
  await patched(app, tab);
  assert.deepEqual(await tab.evaluate(() => [...document.querySelectorAll('#f li')].map(({ hidden }) => hidden)), [false, true, false]);
});

conversation('B-E: a field that a script enhances stays in its wrapper, and is told', around(({ text }) => `<div id="around"><input id="f" name="f" value="${h(text)}" data-lv-change="edit"></div>`), async ({ app, tab }) => {
  await tab.evaluate(() => {
    const wrapper = Object.assign(document.createElement('span'), { className: 'enhanced' });
    document.querySelector('#f').before(wrapper);
    wrapper.append(document.querySelector('#f'));
  });
  await type(tab, '#f', 'abc');
  await app.until(() => app.state.text === 'abc');
  await patched(app, tab);
  await holds(tab, '#f', 'abc');
  assert.equal(await tab.evaluate(() => document.querySelectorAll('#f').length + document.querySelector('#f').parentNode.className), '1enhanced');
});
