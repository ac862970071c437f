// Launches the system's Chromium through playwright-core, which brings no browser of its own.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

// By `import` it takes twice as long: Node looks for names in all of it.
const { chromium } = createRequire(import.meta.url)('playwright-core');

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'];

// A list of Chromium's features takes the place of any before it, so that Playwright's own are here again. The last line is ours: two pages of the window
// beside each tab, which nobody sees, at a second of CPU time for each context.
const DISABLED = [
  'AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning',
  'WebUIOmniboxAimPopup,WebUIOmniboxPopup',
];

const WHOLE = ['chromium', 'chromium-browser', 'google-chrome'];
// What Chromium is without its windows: the same engine, at half the CPU time.
const SHELL = ['chromium-headless-shell', ...WHOLE];

/** Where Chromium is: `$CHROMIUM`, else the first of the names that is on the path. Throws where there is none. */
function find(names) {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of names) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      continue;
    }
  }
  throw new Error('No Chromium found. Install it (apt-get install chromium chromium-headless-shell), or set CHROMIUM to its path.');
}

/**
 * Starts a headless Chromium; the caller closes it. That is the headless shell, or the `whole` browser: tests of programs as users run them, and figures that
 * are published, take the one that users have. `args` are added to the usual ones.
 */
export async function launch({ whole = false, args = [] } = {}) {
  const executablePath = find(whole ? WHOLE : SHELL);
  try {
    return await chromium.launch({ executablePath, args: [...ARGS, ...(whole ? [`--disable-features=${DISABLED}`] : []), ...args] });
  } catch (error) {
    throw new Error(`Chromium at ${executablePath} did not start: ${error.message}`, { cause: error });
  }
}

/** Opens `url` in a tab of its own context. What the page throws or refuses under its CSP is collected in `tab.problems`. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.problems = [];
  tab.on('pageerror', (error) => tab.problems.push(String(error)));
  tab.on('console', (message) => message.type() === 'error' && tab.problems.push(message.text()));
  await tab.goto(url);
  return tab;
}
