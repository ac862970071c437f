// The browser's runtime: what a page loads. `window.live` is its interface to the page's own scripts.

import { register } from './commands';
import { connect, disconnect } from './connection';
import { listen, pushNamed } from './events';
import { on, root } from './page';
import { begin } from './session';

const live = { register, on, push: pushNamed, connect, disconnect };

/** The type of `window.live`. */
export type Live = typeof live;

(window as any).live = live;

if (root) {
  listen();
  begin();
}
