// The rules of the morph through the whole runtime, on a slow connection: the user goes on while the answer to a click is on its way.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { check } from './client/fake.mjs';
import { becomes, live } from './client/tab.mjs';
import { CSP, wav } from './lib/server.mjs';

const LATENCY = 200; // ms in each direction
const NONCE = /nonce-([^']+)/.exec(CSP)[1];
const HEAD = `<style nonce="${NONCE}">
  @keyframes turn { to { rotate: 360deg } }
  .turn { animation: turn 100s linear infinite }
  .box { height: 40px; overflow: auto }</style>`;
const page = (inner) => `<button id="go" data-lv-click="go">go</button><input id="aside">${inner}`;

/** A page with moveBefore or without, its connection slow. `show` gives it another title and content. */
const slow = (moveBefore, run) =>
  live('', async ({ server, tab }) => {
    const there = await tab.evaluate(([ms, keep]) => {
      if (!keep) [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore);
      window.$ = (selector) => document.querySelector(selector);
      // When a frame came, before it is delayed, and what the page showed then.
      const Slow = WebSocket;
      window.WebSocket = function (...args) {
        const socket = new Slow(...args);
        socket.addEventListener('message', () => (window.came = { at: performance.now(), text: $('main').textContent }));
        return socket;
      };
      live.on('send', ([kind]) => kind === 1 && (window.sent = Date.now()));
      live.latency(ms);
      return 'moveBefore' in Element.prototype;
    }, [LATENCY, moveBefore]);
    assert.equal(there, moveBefore, 'Chromium 133 or newer is needed');
    const connection = await server.welcomed({ flags: 1 });
    connection.whole(0, ['', '']);
    const show = (title, html) => {
      // In two frames: within one, a field that comes would be the one that went.
      connection.update({ patches: [0, check(''), ''] });
      connection.update({ patches: [0, check(html), html], title });
      return becomes(tab, () => document.title, title);
    };
    await run({ tab, connection, show });
  }, { withDev: true, head: HEAD });

/** Types while the answer is on its way, for longer than it takes: the caret is between two letters when it comes. */
const write = (selector) => async (tab, answer) => {
  await tab.click(selector);
  await tab.keyboard.type('<>');
  await tab.keyboard.press('ArrowLeft');
  answer();
  await tab.keyboard.type('slowly', { delay: 60 });
};
const WRITTEN = '<slowly>';

const rules = [];
/**
 * The page holds `from`, and in it `kept`, what `keep` selects. After a click the user does `act`, which may ask for the answer
 * before it ends. The answer is `to`, and makes the root's HTML `shows`. Then `read` gives `gives` in the page.
 */
const rule = (name, rest) => rules.push({ name, keep: '#aside', act: write('#aside'), begin() {}, shows: rest.to, read: focus, gives: FOCUS, ...rest });
const focus = () => [document.activeElement === kept, kept.isConnected, kept.value, kept.selectionStart];
const FOCUS = [true, true, WRITTEN, WRITTEN.length - 1];

const list = (...rows) => `<ul>${rows.join('')}</ul>`;
for (const [attribute, ids] of [['id', 'with ids'], ['title', 'without ids']]) {
  const row = (n) => `<li ${attribute}="r${n}">${n}<input></li>`;
  const rows = [1, 2, 3, 4, 5].map(row);
  const rest = { keep: `[${attribute}=r2] input`, from: list(...rows), act: write('li:nth-child(2) input') };
  rule(`focus and caret stay while a row is inserted above rows ${ids}`, { ...rest, to: list(row(0), ...rows) });
  rule(`focus and caret stay while rows ${ids} are reversed`, { ...rest, to: list(...rows.toReversed()) });
}
rule('focus and caret stay while the field moves to another parent', {
  moveBefore: true, keep: '#f', act: write('#f'), from: '<div><input id="f"></div><p></p>', to: '<div></div><p><input id="f"></p>',
});

const fields = (n, text, checked, chosen) =>
  `<input name="t" class="v${n}" value="${text}"><textarea name="a" class="v${n}">${text}</textarea>` +
  `<input type="checkbox" name="c" class="v${n}"${checked ? ' checked=""' : ''}>` +
  `<select name="s" class="v${n}">${['x', 'y', 'z'].map((name) => `<option${name === chosen ? ' selected=""' : ''}>${name}</option>`).join('')}</select>`;
const filled = {
  from: fields(1, 'old', true, 'x'),
  act: async (tab) => {
    await tab.fill('[name=t]', 'typed');
    await tab.fill('[name=a]', 'written');
    await tab.uncheck('[name=c]');
    await tab.selectOption('[name=s]', 'z');
  },
  read: () => [$('[name=t]').value, $('[name=a]').value, $('[name=c]').checked, $('[name=s]').value],
};
rule('fields stay as the user left them', { ...filled, to: fields(2, 'old', true, 'x'), gives: ['typed', 'written', false, 'z'] });
rule('text and what is chosen are the user\'s where nothing tells the server, whatever that says', { ...filled, to: fields(2, 'new', true, 'y'), gives: ['typed', 'written', false, 'z'] });
rule('and so is a checkbox', {
  from: fields(1, '', false, 'x'), to: fields(2, '', true, 'x'), act: (tab) => tab.locator('[name=c]').dblclick(), read: () => $('[name=c]').checked, gives: false,
});
rule('a chosen file stays', {
  keep: '[name=f]', from: '<p>1</p><input type="file" name="f">', to: '<p>2</p><p>3</p><input type="file" name="f" class="new">',
  act: (tab) => tab.setInputFiles('[name=f]', { name: 'x.txt', mimeType: 'text/plain', buffer: Buffer.from('x') }),
  read: () => [$('.new') === kept, kept.files[0]?.name], gives: [true, 'x.txt'],
});

const details = (text) => `<p>${text}</p><details><summary>s</summary>${text}</details>`;
rule('details that the user opened stay open', {
  from: details(1), to: details(2), shows: details(2).replace('<details', '<details open=""'),
  act: (tab) => tab.click('summary'), read: () => $('details').open, gives: true,
});
const dialog = (text, before, after) => `<p id="${before}"></p><dialog id="d"><input id="f">${text}</dialog><p id="${after}"></p>`;
rule('a modal dialog stays modal, with the focus in it', {
  keep: '#f', from: dialog(1, 'a', 'b'), to: dialog(2, 'b', 'a'), shows: dialog(2, 'b', 'a').replace('"d"', '"d" open=""'),
  act: async (tab, answer) => {
    await tab.evaluate(() => $('dialog').showModal());
    await write('#f')(tab, answer);
  },
  read: () => [$('dialog').matches(':modal'), document.activeElement === kept, kept.value, kept.selectionStart], gives: FOCUS,
});
const popover = (text, ...ids) => ids.map((id) => `<p id="${id}"${id === 'o' ? ' popover=""' : ''}>${text}</p>`).join('') + '<button popovertarget="o">open</button>';
rule('a popover stays shown', {
  keep: '#o', from: popover(1, 'a', 'b', 'o'), to: popover(2, 'o', 'b', 'a'), act: (tab) => tab.click('[popovertarget]'),
  read: () => [$('#o') === kept, kept.matches(':popover-open'), kept.textContent], gives: [true, true, '2'],
});

/** `node` is in a row, must be the same after the rows were reversed, and `read` gives `gives`. */
const reversed = (name, node, rest) => {
  const rows = ['a', 'b', node, 'd'].map((inner) => `<li>${inner}</li>`);
  rule(name, { keep: 'li > *', from: list(...rows), to: list(...rows.toReversed()), act: (tab) => tab.evaluate(rest.play), ...rest });
};
reversed('an iframe is not loaded again', '<iframe src="/file"></iframe>', {
  act: async (tab) => {
    await tab.frameLocator('iframe').getByText('content').waitFor();
    await tab.evaluate(() => (kept.contentWindow.mark = 1));
  },
  read: () => [$('iframe') === kept, kept.contentWindow?.mark], gives: [true, 1],
});
reversed('audio plays on', `<audio src="data:audio/wav;base64,${wav(1).toString('base64')}" loop=""></audio>`, {
  play: () => (kept.addEventListener('pause', () => (window.paused = true)), kept.play()),
  read: async () => {
    const before = kept.currentTime;
    // One that is paused tells no more.
    if (!kept.paused) await new Promise((done) => (kept.ontimeupdate = () => kept.currentTime !== before && done(), kept.onpause = done));
    return [$('audio') === kept, kept.paused, window.paused];
  },
  gives: [true, false, undefined],
});
reversed('scroll positions stay', `<div class="box">${'<p>x</p>'.repeat(9)}</div>`, {
  play: () => void (kept.scrollTop = 77), read: () => [$('.box') === kept, kept.scrollTop], gives: [true, 77],
});
reversed('an animation runs on', '<b class="turn">c</b>', {
  play: () => void ((window.animation = kept.getAnimations()[0]).currentTime = 50_000),
  read: () => [$('.turn').getAnimations()[0] === animation, animation.currentTime >= 50_000], gives: [true, true],
});

rule('an id that moves to another parent keeps its node, and what was typed in it', {
  keep: '#a', from: '<div><p id="a">1<input></p></div><section></section>', to: '<section><b><p id="a">2<input></p></b></section>',
  act: (tab) => tab.fill('#a input', 'typed'), read: () => [$('b > #a') === kept, $('#a input').value], gives: [true, 'typed'],
});
rule('svg keeps its namespace, and a field in it the focus', {
  keep: 'foreignObject input', act: write('foreignObject input'), from: '<svg><g></g><foreignObject width="200" height="40"><input></foreignObject></svg>',
  to: '<svg><rect></rect><g><circle></circle></g><foreignObject width="200" height="40"><p>x</p><input></foreignObject></svg>',
  read: () => [['rect', 'circle', 'p'].map((name) => $('svg ' + name).namespaceURI.split('/').at(-1)), document.activeElement === kept, kept.value],
  gives: [['svg', 'svg', 'xhtml'], true, WRITTEN],
});
rule("a template's content is morphed, not replaced", {
  keep: 'template', from: '<template><p>a</p><i>1</i></template>', to: '<template><p>b</p><i>1</i></template>',
  begin: () => (window.inner = kept.content.firstChild), read: () => [$('template') === kept, kept.content.firstChild === inner], gives: [true, true],
});
rule('a custom element lives on, and hears of nothing', {
  keep: 'x-heard', from: '<p id="a"><x-heard title="old"></x-heard></p>', to: '<p id="n"></p><p id="a"><x-heard title="new"></x-heard></p>',
  begin: () => {
    window.heard = [];
    customElements.define('x-heard', class extends HTMLElement {
      connectedCallback() { heard.push('connected'); }
      disconnectedCallback() { heard.push('disconnected'); }
    });
  },
  read: () => [$('x-heard') === kept, kept.title, heard], gives: [true, 'new', ['connected']],
});
// These two have nothing of their own to read: the HTML is exact, and the user's field aside as they left it.
rule('several of one id give the exact HTML', {
  from: '<div><p id="a">1</p><p id="a">2</p></div><p id="a">3</p><i id="a"></i>',
  to: '<b id="a">3</b><p id="a">1</p><div><p id="a">2</p><i id="a">4</i></div><p id="a">5</p>',
});
const script = (nonce) => `<script nonce="${nonce}">document.activeElement.value = 'ran'</script>`;
rule('inserted scripts do not run', {
  from: '<p>a</p>', to: `<p>b</p>${script(NONCE)}<div>${script(NONCE)}</div>`, shows: `<p>b</p>${script('')}<div>${script('')}</div>`,
});

// What takes the time is the latency, so both modes wait at once.
describe('on a slow connection', { concurrency: true }, () => {
  for (const moveBefore of [true, false])
    it(`${moveBefore ? 'with' : 'without'} moveBefore`, (t) => slow(moveBefore, async ({ tab, connection, show }) => {
      const step = (name, html, run) => t.test(name, { timeout: 60_000 }, async () => {
        await show(name, html);
        await run();
        assert.deepEqual(tab.problems.splice(0), []);
      });

      await step('the latency is there both ways', page('<p>old</p>'), async () => {
        await tab.evaluate(() => new MutationObserver(() => (window.shown = performance.now())).observe($('p').firstChild, { characterData: true }));
        await tab.click('#go');
        const { id } = await connection.event();
        const arrived = Date.now();
        connection.whole(id, [0, page('<p>new</p>')]);
        await becomes(tab, () => $('p').textContent, 'new');
        const { sent, came, shown } = await tab.evaluate(() => ({ sent, came, shown }));
        assert.ok(came.text.endsWith('old'));
        // The clocks are coarse.
        assert.ok(arrived - sent >= LATENCY - 1, `the event took ${arrived - sent} ms`);
        assert.ok(shown - came.at >= LATENCY - 1, `the frame took ${shown - came.at} ms`);
      });

      for (const { name, keep, from, begin, act, to, shows, read, gives, ...only } of rules)
        if (!only.moveBefore || moveBefore)
          await step(name, page(from), async () => {
            await tab.evaluate((selector) => (window.kept = $(selector)), keep);
            await tab.evaluate(begin);
            await tab.click('#go');
            const { id } = await connection.event();
            let answered = false;
            const answer = () => answered || (connection.whole(id, [0, page(to)]), (answered = true));
            await act(tab, answer);
            answer();
            await tab.locator('.lv-loading').waitFor({ state: 'detached' });
            // The runtime may mark what is the user's.
            const html = await tab.evaluate(() => $('main').innerHTML);
            assert.equal(html.replace(/ data-lvc-[^ >]*/g, ''), page(shows));
            assert.deepEqual(await tab.evaluate(read), gives);
          });

      const form = (value) => `<form data-lv-change="check"><input name="q" value="${value}"></form>`;
      await step('a change that the server has not seen stays, whatever the server says', form(''), async () => {
        await tab.locator('input').pressSequentially('ab');
        const first = await connection.event();
        connection.whole(first.id, [0, form('A')]);
        await becomes(tab, () => $('input').defaultValue, 'A');
        assert.equal(await tab.inputValue('input'), 'ab');
        const second = await connection.event();
        connection.whole(second.id, [0, form('AB')]);
        await becomes(tab, () => $('input').value, 'AB');
      });
    })());
});
