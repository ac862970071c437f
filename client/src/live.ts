// The browser's runtime: what a page loads. `window.live` is its interface to the page's own scripts.

import { register } from './session/commands';
import { connect, disconnect } from './session/connection';
import { listen, pushNamed } from './events/listen';
import { on, root } from './page';
import { begin } from './session/session';

const live = { register, on, push: pushNamed, connect, disconnect };

/** The type of `window.live`. */
export type Live = typeof live;

(window as any).live = live;

if (root) {
  listen();
  begin();
}
