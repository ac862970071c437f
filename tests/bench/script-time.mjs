// How long live.js takes for a patch in Chromium: `node script-time.mjs http://ADDRESS` prints the milliseconds of each, as a JSON array.
// The page is /table?plain, a thousand rows in one region, of which each patch changes one cell.
//
// A figure is the whole call of the WebSocket's message handler as Chromium's own trace has it, in microseconds: decoding the frame, the
// delta, hashing, parsing, the morph, the acknowledgement, what the handler stores, and garbage that is collected meanwhile. The click's own
// handler is another call, and style, layout and paint come after it.

/** What the program ends with where something has to be installed first. */
const MISSING = 3;
const WARM_UP = 10;
const PATCHES = 40;

const { launch, open } = await import('../browser/lib/chromium.mjs').catch(missing('run `npm ci` in tests/browser'));
const browser = await launch({ whole: true }).catch(missing());
try {
  console.log(JSON.stringify(await measure(await open(browser, `${process.argv[2]}/table?plain`))));
} finally {
  await browser.close();
}

async function measure(tab) {
  await tab.locator('[data-lv].lv-connected').waitFor();
  let row = 0;
  const bump = async () => {
    row = (row + 379) % 1000;
    const cell = tab.locator(`#s${row + 1}`);
    const next = String(Number(await cell.textContent()) + 1);
    await tab.locator(`#row-${row + 1} button`).click();
    await cell.filter({ hasText: new RegExp(`^${next}$`) }).waitFor();
  };
  for (let n = 0; n < WARM_UP; n++) await bump();
  await browser.startTracing(tab, { categories: ['devtools.timeline'] });
  for (let n = 0; n < PATCHES; n++) await bump();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const calls = traceEvents.filter(({ name, args }) => name === 'FunctionCall' && /onmessage$/.test(args.data.functionName));
  if (calls.length !== PATCHES) throw new Error(`${calls.length} messages came for ${PATCHES} clicks`);
  return calls.map(({ dur }) => dur / 1000);
}

/** Ends the program, and says what to do. */
function missing(what) {
  return (error) => {
    console.error(what ?? error.message.split('\n')[0]);
    process.exit(MISSING);
  };
}
