// What the server may ask the browser to do. Each command runs once: ids only grow within a session.

import { call, find, findAll } from '../dom/native';
import type { Command } from '../wire/frames';

/** Resets fields to the server's values; edits made after the event with this number stay. 0: pushed outside of an event's call. */
type Reset = (targets: HTMLElement[], event: number) => void;

type Action = (...fields: never[]) => void;

const functions = new Map<string, (args: unknown) => void>();

/** Lets the server call `run` by `name`, with one object of arguments. */
export const register = (name: string, run: (args: any) => void): void => void functions.set(name, run);

export class Commands {
  /** The highest command id run; that of another session, or 0 for a new one. */
  last = 0;
  /** By their numbers on the wire. */
  private actions_: Record<number, Action>;

  constructor(reset: Reset) {
    this.actions_ = {
      0: (url: string, isReplacing: number) => location[isReplacing ? 'replace' : 'assign'](link(url).href),
      1: (selector: string) => call(element(selector), 'focus'),
      2: (selector: string, block: ScrollLogicalPosition) => call(element(selector), 'scrollIntoView', { block }),
      3: (url: string, download: string) => Object.assign(link(url), { download }).click(),
      4: callFunction,
      6: (selector: string, event: number) => reset(findAll(selector), event),
    };
  }

  /** Runs those that haven't run. One that throws is reported, and stops nothing. */
  run(commands: Command[]): void {
    for (const [id, kind, ...fields] of commands) {
      if (id <= this.last) continue;
      this.last = id;
      try {
        needed(this.actions_[kind], `unknown command ${kind}`)(...(fields as never[]));
      } catch (error) {
        reportError(error);
      }
    }
  }
}

/** The value itself; throws an error with `reason` if it is missing. */
function needed<T>(value: T | null | undefined | false, reason: string): T {
  if (!value) throw new Error('live: ' + reason);
  return value;
}

/** Calls a function that the page has registered. */
function callFunction(name: string, args: string): void {
  // Without the keys that all objects have: copied to another, they could change it.
  const value = JSON.parse(args, (key, value) => (key in { prototype: 1 } ? undefined : value));
  needed(functions.get(name), `no function is registered as "${name}"`)(value);
}

const element = (selector: string): HTMLElement => needed(find(selector), `no element matches "${selector}"`);

/** A link to a URL as the browser reads it, control characters and spaces gone; throws if it leads out of the page's origin. */
function link(url: string): HTMLAnchorElement {
  const anchor = Document.prototype.createElement.call(document, 'a') as HTMLAnchorElement;
  anchor.href = url;
  return needed(anchor.origin == location.origin && anchor, `${url} leads out of the page's origin`);
}
