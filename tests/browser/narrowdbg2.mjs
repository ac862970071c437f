import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { bundle } from './lib/bundle.mjs';
import { launch, open } from './lib/chromium.mjs';
import { page, serve } from './lib/server.mjs';
const src = readFileSync('narrow.test.mjs','utf8');
const script = /const script = `([^]*?)`;/.exec(src)[1];
let install = /function install\(\) \{[^]*?\n\}\n/.exec(src)[0];
install = install.replace("const start = (html)", "const morph = (host, html) => { console.log('M '+host.id+' '+JSON.stringify({old:host.innerHTML, html})); globalThis.morph(host, html); console.log('done') }; const narrow = (...a) => { console.log('N '); return globalThis.narrow(...a) };\n const start = (html)");
const pages = execFileSync('/tmp/target-delta/release/steps', ['400', '1'], {maxBuffer: 1<<30}).toString().trim().split('\n').map(JSON.parse);
const server = await serve({ '/': page({ body: '<div id="narrowed" data-lv></div><div id="whole" data-lv></div>', script: await bundle(script) }) });
for (const mb of [true,false]) {
  const browser = await launch(); const tab = await open(browser, server.url);
  let last=[]; tab.on('console', m => { last.push(m.text()); if (last.length>4) last.shift(); });
  if (!mb) await tab.evaluate(() => { delete Element.prototype.moveBefore; delete Document.prototype.moveBefore; delete DocumentFragment.prototype.moveBefore; });
  await tab.evaluate(`(${install})()`);
  let i=0;
  try { for (const p of pages) { await tab.evaluate(p => runPages([p]), p); i++; } console.log(mb, 'fine'); }
  catch (e) { console.log(mb, 'crash at', i, String(e).slice(0,300)); console.log(last.join('\n')); }
  await browser.close().catch(()=>{});
}
await server.close();
