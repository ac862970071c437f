// What the server may ask the browser to do. Each command runs once: ids only grow within a session.

import { find, findAll } from '../dom/native';
import type { Command } from '../wire/frames';

/** Resets fields, as far as the event of this number has seen them; 0: in no event's call. */
type Reset = (targets: HTMLElement[], event: number) => void;

/** The kinds of commands, by their numbers on the wire. `js code` runs only under a policy of the page's own. */
type Action = (...fields: never[]) => void;

const functions = new Map<string, (args: unknown) => void>();

/** Lets the server call `run` by `name`, with one object of arguments. */
export const register = (name: string, run: (args: any) => void): void => void functions.set(name, run);

export class Commands {
  /** The highest command id run; that of another session, or 0 for a new one. */
  last = 0;
  private actions_: Action[];

  constructor(reset: Reset) {
    this.actions_ = [
      (url: string, isReplacing: number) => location[isReplacing ? 'replace' : 'assign'](link(url).href),
      (selector: string) => wanted(selector).focus(),
      (selector: string, block: ScrollLogicalPosition) => wanted(selector).scrollIntoView({ block }),
      (url: string, download: string) => Object.assign(link(url), { download }).click(),
      callFunction,
      unknown,
      (selector: string, event: number) => reset(findAll(selector), event),
    ];
  }

  /** Runs those that haven't run. One that throws is reported, and stops nothing. */
  run(commands: Command[]): void {
    for (const [id, kind, ...fields] of commands) {
      if (id <= this.last) continue;
      this.last = id;
      try {
        (this.actions_[kind] ?? unknown)(...(fields as never[]));
      } catch (error) {
        reportError(error);
      }
    }
  }
}

function unknown(): void {
  throw new Error('live: the server sent a command that this script does not know');
}

function callFunction(name: string, args: string): void {
  const run = functions.get(name);
  if (!run) throw new Error(`live: the server called "${name}", which no live.register has named`);
  // Without the keys that all objects have: copied to another, they could change it.
  run(JSON.parse(args, (key, value) => (key in { prototype: 1 } ? undefined : value)));
}

function wanted(selector: string): HTMLElement {
  const element = find(selector);
  if (!element) throw new Error(`live: the server named "${selector}", but no element matches`);
  return element;
}

/** A link to a URL as the browser reads it, control characters and spaces gone; throws if it leads out of the page's origin. */
function link(url: string): HTMLAnchorElement {
  const element = Document.prototype.createElement.call(document, 'a') as HTMLAnchorElement;
  element.href = url;
  if (element.origin == location.origin) return element;
  throw new Error(`live: ${url} leads out of the page's origin`);
}
