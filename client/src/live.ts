// The browser's runtime: what a page loads. `window.live` is its interface to the page's own scripts.

import { attr } from './dom/markup';
import { find } from './dom/native';
import { Press } from './events/press';
import { on } from './listeners';
import { register } from './session/commands';
import { Connection } from './session/connection';
import { Queue } from './session/queue';
import { Session } from './session/session';
import { Status } from './session/status';

/** The element with `data-lv`. A page without one has no live part: everything else stays idle. */
const root = find('[data-lv]');

let session: Session | undefined;
let connection: Connection | undefined;

const live = {
  register,
  on,
  /** Sends an event from the page's own script. False if it wasn't taken. */
  push: (name: string, values?: ConstructorParameters<typeof URLSearchParams>[0]): boolean =>
    !!session?.say(name, [...new URLSearchParams(values)].flat()),
  connect: (): void => connection?.connect(),
  disconnect: (): void => connection?.disconnect(),
};

/** The type of `window.live`. */
export type Live = typeof live;

Object.assign(window, { live });

if (root) {
  const queue = new Queue();
  const status = new Status(root, queue);
  connection = new Connection(status, new Press(root), attr(root, 'base') ?? '');
  session = new Session(root, queue, status, connection);
  session.begin();
}
