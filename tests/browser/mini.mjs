import { readFileSync, writeFileSync } from 'node:fs';
import { bundle } from './lib/bundle.mjs';
import { launch, open } from './lib/chromium.mjs';
import { page, serve } from './lib/server.mjs';
const line = readFileSync('/tmp/dbg.txt','utf8').split('\n').filter(l => l.startsWith('M narrowed'))[0];
let { old, html } = JSON.parse(line.slice('M narrowed '.length));
const server = await serve({ '/': page({ body: '<div id="narrowed" data-lv></div>', script: await bundle("import {morph} from './morph'; Object.assign(globalThis,{morph})") }) });
let browser = await launch(), tab = await open(browser, server.url);
const crashes = async (a, b) => {
  try { await tab.evaluate(([a, b]) => { const h = document.getElementById('narrowed'); morph(h, ''); morph(h, a); morph(h, b); return h.offsetHeight }, [a, b]); return false; }
  catch (e) { const c = /crashed|closed/.test(String(e)); if (!c) console.log(String(e).slice(0,200)); await browser.close().catch(()=>{}); browser = await launch(); tab = await open(browser, server.url); return c; }
};
console.log('repro', await crashes(old, html));
// reduce by DOM: serialise each through tab
const variants = (h) => tab.evaluate((h) => { const t = document.createElement('template'); const p = globalThis.pol ??= { createHTML: (x) => x }; const d = new DOMParser(); 
  return null; }, h).catch(()=>null);
// text-level: try removing balanced ranges by tokens
const toks = (h) => h.match(/<[^>]*>|[^<]+/g) ?? [];
async function reduce(get, set) {
  let t = toks(get());
  for (let size = t.length >> 1; size >= 1; size >>= 1) for (let i = 0; i < t.length;) { const n = [...t.slice(0, i), ...t.slice(i + size)]; if (await crashes(...set(n.join('')))) t = n; else i += size; }
  return t.join('');
}
const t0=Date.now();
for (let r = 0; r < 2; r++) { html = await reduce(() => html, (x) => [old, x]); old = await reduce(() => old, (x) => [x, html]); console.log(old.length, html.length, Date.now()-t0); }
for (const attr of [/ class="[^"]*"/g, / title="[^"]*"/g, / title='[^']*'/g]) { if (await crashes(old.replace(attr,''), html.replace(attr,''))) { old = old.replace(attr,''); html = html.replace(attr,''); } }
console.log(JSON.stringify({ old, html }));
await browser.close(); await server.close();
