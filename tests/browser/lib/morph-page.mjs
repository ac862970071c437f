// A page that holds the patcher alone, under the strict policy, with moveBefore or without.
import { after, before } from 'node:test';
import { bundle } from './bundle.mjs';
import { launch, open } from './chromium.mjs';
import { page, serve, wav } from './server.mjs';

const ENTRY = `
  import { Defaults } from '../../tests/browser/lib/defaults';
  import { Memory } from './patch/memory';
  import { type FieldKeeper, Patcher } from './patch/patcher';
  import { policy } from './dom/trusted';
  const $ = (selector: string) => document.querySelector(selector);
  const kept = new Set<Element>();
  let patcher: Patcher;
  let memory: Memory;
  /** A root of its own with this content, as if the server had sent it. */
  const show = (html: string, keeper: FieldKeeper = new Defaults((field) => kept.has(field))) => {
    const old = $('#root')!;
    const root = old.cloneNode() as Element;
    old.replaceWith(root);
    root.innerHTML = policy.createHTML(html);
    memory = new Memory(root);
    patcher = new Patcher(memory, keeper);
    Object.assign(window, { patcher, memory });
    return root;
  };
  const fresh = (html: string, context = document.createElement('div')) => {
    context.innerHTML = policy.createHTML(html);
    return context;
  };
  /** Patches the content of an element, or in the region of a host the element itself. */
  const morph = (from: Element, html: string, host = from) => (host == from ? patcher.inner(from, html) : patcher.outer(from, host, html));
  Object.assign(window, { morph, show, fresh, $, kept });
`;

/** Counts calls of what costs, before the patcher takes its own hold of it. */
const COUNTERS = `
  window.calls = {};
  for (const [type, name] of [[Node, 'isEqualNode'], [Node, 'contains'], [Element, 'getAttribute'], [Element, 'matches'], [Element, 'getAnimations']]) {
    const original = type.prototype[name];
    type.prototype[name] = function (...args) {
      calls[name] = (calls[name] ?? 0) + 1;
      return original.apply(this, args);
    };
  }
`;

const STYLE = `
  @keyframes turn { to { rotate: 360deg } }
  .turn { animation: turn 100s linear infinite }
  .box { height: 40px; overflow: auto }
  .tall { height: 400px }`;

/**
 * Serves the page; `tab(browser, { moveBefore })` opens it, with `morph`, `show`, `fresh`, `$`, and after `show` `patcher` and `memory`
 * as globals; with `counting` it has `calls`.
 */
async function serveMorph() {
  const script = await bundle(ENTRY);
  const body = '<div id="root"></div>';
  const server = await serve({
    '/': page({ body, script, style: STYLE }),
    '/counting': page({ body, script: COUNTERS + script }),
    '/frame': page({ body: 'frame' }),
    '/tone.wav': { type: 'audio/wav', body: wav(20) },
    '/favicon.ico': { type: 'image/x-icon', body: '' },
  });
  const tab = async (browser, { moveBefore, counting = false }) => {
    const opened = await open(browser, server.url + (counting ? '/counting' : '/'));
    if (!moveBefore) await opened.evaluate(() => [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore));
    return opened;
  };
  return { tab, close: server.close };
}

/** For a `describe`: gives the function that opens the page in a tab of a browser that lives as long as the suite. */
export function morphTabs() {
  let browser, pages;
  before(async () => {
    browser = await launch();
    pages = await serveMorph();
  });
  after(async () => {
    await browser?.close();
    await pages?.close();
  });
  return (options) => pages.tab(browser, options);
}
