// Narrowing against patching the whole region, over random pages and edits: PAGES (2500) of 20 steps from SEED (1).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { bundle } from './lib/bundle.mjs';
import { launch, open } from './lib/chromium.mjs';
import { page, serve } from './lib/server.mjs';

const PAGES = process.env.PAGES ?? '2500';
const SEED = process.env.SEED ?? '1';
const CHUNK = 50;

const script = `
import { applyDelta } from './wire/delta';
import { hasher } from './wire/hash';
import { Defaults } from '../../tests/browser/lib/defaults';
import { Memory } from './patch/memory';
import { narrow, replaceElement } from './patch/narrow';
import { Patcher } from './patch/patcher';
import { parse } from './dom/trusted';
const patcherOf = (host: Element) => new Patcher(new Memory(host), new Defaults());
Object.assign(globalThis, { applyDelta, hasher, narrow, patcherOf, replaceElement, parse });
`;

let server, browser, tab;

before(async () => {
  const body = '<div id="narrowed" data-lv-region=""></div><div id="inner" data-lv-region=""></div><div id="whole" data-lv-region=""></div>';
  server = await serve({ '/': page({ body, script: await bundle(script) }) });
  browser = await launch();
  tab = await open(browser, server.url);
  await tab.evaluate(install);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Runs in the page: `runPages`, which gives counts, and throws at the first wrong DOM. */
function install() {
  const [narrowed, inner, whole] = ['narrowed', 'inner', 'whole'].map((id) => document.getElementById(id));
  const patchers = new Map([narrowed, inner, whole].map((host) => [host, patcherOf(host)]));
  const patch = (host, html) => patchers.get(host).inner(host, html);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (digits) => parseInt(digits, 16));

  const start = (html) => {
    const buf = encoder.encode(html);
    return { buf, len: buf.length };
  };
  const text = ({ buf, len }) => decoder.decode(buf.subarray(0, len));

  // Equal in templates too, which isEqualNode passes over.
  const same = (from, to) => {
    const templates = [from, to].map((node) => [...node.querySelectorAll('template')].filter(({ content }) => content));
    return (
      from.childNodes.length == to.childNodes.length &&
      [...from.childNodes].every((node, i) => node.isEqualNode(to.childNodes[i])) &&
      templates[0].every((template, i) => same(template.content, templates[1][i].content))
    );
  };

  const check = (hosts, html, old, how) => {
    const fresh = parse(whole, html);
    for (const host of hosts)
      if (!same(host, fresh))
        throw Error(`${host.id} (${how}) is wrong:\n${host.innerHTML}\n\n${fresh.innerHTML}\n\nHTML before: ${old}\n\nafter: ${html}`);
  };

  /** Takes a region's bytes to those after a step. Gives the hint of which element has changed, if there is one. */
  const advance = (region, { delta, html }) => (delta ? applyDelta(region, bytes(delta)) : (Object.assign(region, start(html)), null));

  const step = (hosts, region, { delta, check: expected, inner: content, ...more }, count) => {
    const old = text(region);
    const hint = advance(region, { delta, ...more });
    const now = text(region);
    if (delta && hasher(region.buf.subarray(0, region.len))(0) != expected) throw Error(`check of ${now}`);
    const done = {
      whole: false,
      narrowed: !!hint && narrow(patchers.get(narrowed), narrowed, region, hint),
      inner: !!content && replaceElement(patchers.get(inner), inner, ...content, 1),
    };
    for (const host of hosts) if (!done[host.id]) patch(host, now);
    check(hosts, now, old, `${done.narrowed ? 'by narrowing' : 'as a whole'}, ${done.inner ? 'by the content of one' : 'as a whole'}`);
    count.steps++;
    count.hints += hint ? 1 : 0;
    count.narrowed += done.narrowed ? 1 : 0;
    count.contents += content ? 1 : 0;
    count.byContent += done.inner ? 1 : 0;
  };

  globalThis.runPages = (pages) => {
    const none = { steps: 0, hints: 0, narrowed: 0, contents: 0, byContent: 0 };
    const counts = { clean: { ...none }, messy: { ...none } };
    for (const { messy, html, steps } of pages) {
      // Where no step names an element, all three would be patched as a whole, each as the others: one is.
      const first = start(html);
      const isNarrowed = steps.some((each) => advance(first, each) || each.inner);
      const hosts = isNarrowed ? [narrowed, inner, whole] : [whole];
      for (const host of hosts) patch(host, html);
      const region = start(html);
      for (const each of steps) step(hosts, region, each, counts[messy ? 'messy' : 'clean']);
    }
    return counts;
  };
}

test(`${PAGES} random pages from seed ${SEED} come out as without narrowing`, async () => {
  const args = ['run', '--quiet', '--release', '-p', 'wire-tests', '--example', 'steps', '--', PAGES, SEED];
  const steps = spawn('cargo', args, { cwd: new URL('.', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(steps, 'exit');
  const total = { clean: {}, messy: {} };
  let pages = [];
  const run = async () => {
    // As one text: Playwright takes objects apart and puts them together again.
    const counts = await tab.evaluate((pages) => runPages(JSON.parse(pages)), `[${pages}]`);
    for (const kind of ['clean', 'messy'])
      for (const [key, n] of Object.entries(counts[kind])) total[kind][key] = (total[kind][key] ?? 0) + n;
    pages = [];
  };
  for await (const line of createInterface({ input: steps.stdout })) {
    if (pages.push(line) == CHUNK) await run();
  }
  await run();
  assert.deepEqual(await exit, [0, null]);
  console.log(total);
  assert.equal(total.clean.steps + total.messy.steps, PAGES * 20);
  assert.ok(total.clean.narrowed > total.clean.steps / 3, 'too few steps on clean pages were narrowed');
  assert.ok(total.clean.narrowed > total.clean.hints * 0.9, 'too many hints on clean pages were refused');
  assert.ok(total.clean.contents > total.clean.hints / 2, 'too few steps on clean pages changed the content of one element alone');
  assert.ok(total.clean.byContent > total.clean.contents * 0.9, 'too many contents on clean pages were refused');
});
