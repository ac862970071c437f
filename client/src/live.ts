// The browser's runtime: what a page loads. `window.live` is its interface to the page's own scripts.

import { hosts, register } from './commands';
import { connect, disconnect } from './connection';
import { listen, pushNamed } from './events';
import { on, root } from './page';
import { begin } from './session';
import { prepareNotice } from './status';

const live = { connect, disconnect, on, push: pushNamed, register, hosts };

/** The type of `window.live`. */
export type Live = typeof live;

Object.assign(window, { live });

if (root) {
  listen();
  prepareNotice();
  begin();
}
