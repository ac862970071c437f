// What the server may ask the browser to do. Each command runs once: ids only grow within a session.

import type { Command } from '../wire/frames';

const functions: Record<string, (args: unknown) => void> = {};
/** The highest command id run. */
export let last = 0;

/** Counts on from `id`: that of another session, or 0 for a new one. */
export function setLast(id: number): void {
  last = id;
}

/** Lets the server call `run` by `name`, with one object of arguments. */
export function register(name: string, run: (args: any) => void): void {
  functions[name] = run;
}

/** Runs those that haven't run; one that throws rejects its promise, so that it is reported and stops nothing. */
export function runCommands(commands: Command[]): void {
  commands.map(async ([id, kind, ...fields]) => {
    if (id <= last) return;
    last = id;
    actions[kind]!(...fields);
  });
}

const actions: ((...fields: any[]) => void)[] = [
  function redirect(url: string, replace: number) {
    location[replace ? 'replace' : 'assign'](link(url).href);
  },
  function focus(selector: string) {
    document.querySelector<HTMLElement>(selector)!.focus();
  },
  function scroll(selector: string, block: ScrollLogicalPosition) {
    document.querySelector(selector)!.scrollIntoView({ block });
  },
  function download(url: string, download: string) {
    Object.assign(link(url), { download }).click();
  },
  function js(name: string, args: string) {
    // Without the keys that all objects have: copied to another, they could change it.
    functions[name]!(JSON.parse(args, (key, value) => (key in { prototype: 1 } ? undefined : value)));
  },
];

/** A link to a URL as the browser reads it, control characters and spaces gone; throws where it leads out of the page's origin. */
function link(url: string): HTMLAnchorElement {
  const element = document.createElement('a');
  element.href = url;
  if (element.origin == location.origin) return element;
  throw Error(url);
}
