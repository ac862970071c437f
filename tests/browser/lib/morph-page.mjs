// A page that holds the morph alone, under the strict policy, with moveBefore or without.
import { bundle } from './bundle.mjs';
import { open } from './chromium.mjs';
import { page, serve, wav } from './server.mjs';

const ENTRY = `
  import { morph } from './patch/morph';
  import { policy } from './dom/trusted';
  const $ = (selector: string) => document.querySelector(selector);
  const show = (html: string) => {
    $('#root')!.innerHTML = policy.createHTML(html);
    return $('#root');
  };
  const fresh = (html: string, context = document.createElement('div')) => {
    context.innerHTML = policy.createHTML(html);
    return context;
  };
  Object.assign(window, { morph, show, fresh, $ });
`;

const STYLE = `
  @keyframes turn { to { rotate: 360deg } }
  .turn { animation: turn 100s linear infinite }
  .box { height: 40px; overflow: auto }
  .tall { height: 400px }`;

/** Serves the page; `tab(browser, { moveBefore })` opens it, with `morph`, `show`, `fresh` and `$` as globals. */
export async function serveMorph() {
  const server = await serve({
    '/': page({ body: '<div id="root"></div>', script: await bundle(ENTRY), style: STYLE }),
    '/frame': page({ body: 'frame' }),
    '/tone.wav': { type: 'audio/wav', body: wav(20) },
    '/favicon.ico': { type: 'image/x-icon', body: '' },
  });
  const tab = async (browser, { moveBefore }) => {
    const opened = await open(browser, server.url);
    if (!moveBefore) await opened.evaluate(() => [Element, Document, DocumentFragment].forEach((type) => delete type.prototype.moveBefore));
    return opened;
  };
  return { tab, close: server.close };
}
