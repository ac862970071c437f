// What the server may ask the browser to do. Each command runs once: ids only grow within a session.

import { emit } from './page';
import type { Command } from './wire';

type Registered = (args: unknown) => void;

/** Hosts that redirects and downloads may lead to, beside the page's own. Empty unless the page's script adds some. */
export const hosts: string[] = [];

const functions = new Map<string, Registered>();
let last = 0;

/** The highest command id run. */
export const lastCommand = (): number => last;

/** Begins to count anew, for a new session. */
export function forgetCommands(): void {
  last = 0;
}

/** Lets the server call `run` by `name`, with one object of arguments. */
export function register(name: string, run: Registered): void {
  functions.set(name, run);
}

/** Runs those that haven't run, after all else; one that throws is reported and stops nothing. */
export function runCommands(commands: Command[]): void {
  for (const [id, kind, ...fields] of commands) {
    if (id <= last) continue;
    last = id;
    queueMicrotask(() => actions[kind]?.(...fields));
  }
}

const actions: ((...fields: any[]) => void)[] = [
  function redirect(url: string, replace: boolean) {
    location[replace ? 'replace' : 'assign'](allowed(url));
  },
  function focus(selector: string) {
    document.querySelector<HTMLElement>(selector)?.focus();
  },
  function scroll(selector: string, block: ScrollLogicalPosition) {
    if (selector) document.querySelector(selector)?.scrollIntoView({ block });
    else scrollTo(0, 0);
  },
  function download(url: string, name: string) {
    const link = document.createElement('a');
    link.href = allowed(url);
    link.download = name;
    link.click();
  },
  function js(name: string, args: unknown) {
    const run = functions.get(name);
    if (run) run(args);
    else emit('unknown', name);
  },
];

/** The URL as the browser reads it, control characters and spaces gone; throws where it leads out of the allowed hosts. */
function allowed(text: string): string {
  const { protocol, host, href } = new URL(text, location.href);
  if (/^https?:$/.test(protocol) && [location.host, ...hosts].includes(host)) return href;
  throw Error('refused URL');
}
