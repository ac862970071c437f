// The WebSocket: opens it, keeps it alive, and comes back after it closed, as WIRE.md's table of close codes says.

import { decode, encode } from './msgpack';
import { emit, root } from './page';
import { hasEnded, setState } from './status';
import { type FromServer, PING, type ToServer } from './wire';

/** How frames travel; the development script puts its own in place. */
export const transport = {
  protocol: 'mizu-live-v1',
  encode: encode as (frame: ToServer) => Uint8Array | string,
  decode: (data: any): unknown => decode(new Uint8Array(data)),
  open: (url: string, protocol: string): WebSocket => new WebSocket(url, protocol),
};

/** What a connection serves. A `received` that throws found the frame malformed. */
interface Session {
  opened_(): void;
  received_(frame: FromServer, bytes: number): void;
  closed_(code: number): void;
}

const MAX_WAIT = 3e4; // ms, of the backoff
const LONGEST_WAIT = 3e5; // ms, whatever the server asks for
const LASTING = 1e4; // ms after which a connection counts as a good one, and a page as newly loaded no more

let session: Session;
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout>; // the heartbeat's while there is a socket, the next attempt's while there is none
let retrying = false;
let heartbeat: number;
let failures = 0;
let since: number; // when the server took the session up
let away = 0;

/** Names what connections serve, and opens the first. */
export function start(served: Session): void {
  session = served;
  addEventListener('offline', () => socket && close(1006));
  addEventListener('online', () => retrying && connect());
  // A page with an open socket can't be kept for the way back.
  addEventListener('pagehide', () => {
    if (!socket) return;
    disconnect();
    addEventListener('pageshow', connect, { once: true });
  });
  setState('connecting');
  connect();
}

export function connect(): void {
  if (socket || !root) return;
  const ws = (socket = transport.open(location.origin.replace('http', 'ws') + '/_live/websocket', transport.protocol));
  hush();
  heartbeat = LASTING;
  away = 0;
  since = Infinity;
  ws.binaryType = 'arraybuffer';
  ws.onopen = () => ws == socket && session.opened_();
  ws.onmessage = ({ data }) => {
    if (ws != socket) return;
    beat();
    try {
      session.received_(transport.decode(data) as FromServer, data.byteLength ?? data.length);
    } catch (error) {
      reportError(error);
      close(1007);
    }
  };
  ws.onclose = ({ code, reason }) => ws == socket && close(code, reason);
  beat();
}

/** Closes the connection and stays away until `connect`. */
export function disconnect(): void {
  leave();
  setState('disconnected');
}

/** False where there is no open connection. */
export function send(frame: ToServer): boolean {
  if (socket?.readyState != 1) return false;
  emit('send', frame);
  socket.send(transport.encode(frame) as string);
  return true;
}

/** The server took the session up. */
export function welcomed(interval: number): void {
  heartbeat = interval;
  since = Date.now();
  beat();
}

/** The server is about to stop: how long to stay away at most after its close. */
export function setAway(ms: number): void {
  away = ms;
}

/** Something came: asks for a sign of life after one interval of silence, and gives up after two. */
function beat(): void {
  hush();
  timer = setTimeout(() => {
    send([PING]);
    timer = setTimeout(close, heartbeat, 1006);
  }, heartbeat);
}

function hush(): void {
  clearTimeout(timer);
  retrying = false;
}

/** Lets go of the connection, which may be closed already, and does what the code asks for. */
function close(code: number, reason = ''): void {
  leave();
  setState(code == 1000 || code == 4000 ? 'ended' : 'disconnected', code);
  session.closed_(code);
  if (Date.now() - since > LASTING) failures = 0;
  if (code == 4001) reload();
  else if (!hasEnded()) {
    retrying = true;
    timer = setTimeout(connect, wait(code, reason));
  }
}

function leave(): void {
  hush();
  socket?.close();
  socket = undefined;
}

function wait(code: number, reason: string): number {
  const spread = (code == 1012 && away) || Math.min(MAX_WAIT, 500 * 2 ** failures++);
  return Math.min(LONGEST_WAIT, (code == 1013 && +reason) || Math.random() * spread);
}

/** Loads the page again for a new token, unless that has just been tried. */
function reload(): void {
  const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (performance.now() < LASTING && load?.type == 'reload') setState('ended', 4001);
  else location.reload();
}
