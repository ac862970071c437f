// What only serves development, loaded after live.js in dev mode: `live.json`, `live.latency` and `live.debug`, which last
// for the tab, errors over the page, and warnings in the console.

import { tellNotices } from './dev/notices';
import { read, write } from './dev/settings';
import { DevSocket } from './dev/socket';
import { watchPage } from './dev/warnings';
import { SUBPROTOCOL } from './wire/frames';
import type { Live } from './live';

const live = (window as unknown as { live: Live }).live;

Object.assign(live, {
  /** Speaks the JSON debug mode instead of msgpack, so that the browser's network tools show what is said. */
  json: (on: boolean) => change('json', on ? 1 : 0),
  /** Delays everything by so many milliseconds, in both directions. */
  latency: (ms: number) => change('latency', ms),
  /** Logs every frame and every change of the connection's state. */
  debug: (on: boolean) => write('debug', on ? 1 : 0),
});

// The page's own sockets are left as they are.
window.WebSocket = new Proxy(WebSocket, {
  construct: (Native, [url, protocols]) => (protocols?.[0] === SUBPROTOCOL ? new DevSocket(url, protocols) : new Native(url, protocols)),
});
for (const name of ['send', 'receive', 'status']) live.on(name, (detail) => read('debug') && console.debug('live', name, detail));
tellNotices(live);
watchPage(live);
// live.js has its socket already.
if (read('json') || read('latency')) reconnect();

function change(name: 'json' | 'latency', value: number): void {
  write(name, value);
  reconnect();
}

function reconnect(): void {
  live.disconnect();
  live.connect();
}
