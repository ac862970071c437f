// Launches the system's Chromium through playwright-core, which brings no browser of its own.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'];

/** Where Chromium is: `$CHROMIUM`, else the first of the usual names on the path. Throws where there is none. */
export function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      continue;
    }
  }
  throw new Error('No Chromium found. Install it (apt-get install chromium), or set CHROMIUM to its path.');
}

/** Starts a headless Chromium; the caller closes it. `args` are added to the usual ones. */
export async function launch({ args = [] } = {}) {
  const executablePath = chromiumPath();
  try {
    return await chromium.launch({ executablePath, args: [...ARGS, ...args] });
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
