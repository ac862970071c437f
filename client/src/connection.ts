// The WebSocket: opens it, keeps it alive, and comes back after it closed, as WIRE.md's table of close codes says.

import { decode, encode } from './msgpack';
import { emit, root } from './page';
import { hasEnded, setState } from './status';
import { type FromServer, PING, type ToServer } from './wire';

const MAX_WAIT = 3e4; // ms, of the backoff
const LONGEST_WAIT = 3e5; // ms, whatever the server asks for
const LASTING = 1e4; // ms after which a connection counts as good, and a page as newly loaded no more

let opened: () => void;
let received: (frame: FromServer, bytes: number) => void;
let closed: (code: number) => void;
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout>; // the heartbeat's while there is a socket, the next attempt's while there is none
let retrying: boolean;
let heartbeat: number;
let failures = 0;
let since: number; // when the server took the session up
let away: number;

/** Opens the first connection. A `onFrame` that throws found the frame malformed. */
export function start(onOpen: typeof opened, onFrame: typeof received, onClose: typeof closed): void {
  opened = onOpen;
  received = onFrame;
  closed = onClose;
  addEventListener('offline', () => socket && close(1006));
  addEventListener('online', () => retrying && connect());
  // A browser doesn't keep a page with an open socket for the way back.
  addEventListener('pagehide', () => {
    if (socket) addEventListener('pageshow', connect, { once: true });
    disconnect();
  });
  setState('connecting');
  connect();
}

export function connect(): void {
  if (socket || !root) return;
  const ws = (socket = new WebSocket(location.origin.replace('http', 'ws') + '/_live/websocket', 'mizu-live-v1'));
  ws.binaryType = 'arraybuffer';
  ws.onopen = opened;
  ws.onmessage = ({ data }) => {
    if (ws != socket) return;
    beat();
    try {
      received(decode(data) as FromServer, data.byteLength);
    } catch (error) {
      close(1007);
      throw error;
    }
  };
  ws.onclose = ({ code, reason }) => ws == socket && close(code, reason);
  heartbeat = LASTING;
  since = Infinity;
  away = 0;
  beat();
}

/** Closes the connection and stays away until `connect`. */
export function disconnect(): void {
  leave();
  setState('disconnected');
}

/** Sends where there is an open connection. */
export function send(frame: ToServer): void {
  if (socket?.readyState != 1) return;
  emit('send', frame);
  socket.send(encode(frame));
}

/** The server took the session up. */
export function welcomed(interval: number): void {
  heartbeat = interval;
  since = Date.now();
  setState('connected');
  beat();
}

/** The server is about to stop: how long to stay away at most after its close. */
export function setAway(ms: number): void {
  away = ms;
}

/** Something came: asks for a sign of life after one interval of silence, and gives up after two. */
function beat(): void {
  clearTimeout(timer);
  retrying = false;
  timer = setTimeout(() => {
    send([PING]);
    timer = setTimeout(close, heartbeat, 1006);
  }, heartbeat);
}

function leave(): void {
  clearTimeout(timer);
  retrying = false;
  socket?.close();
  socket = undefined;
}

/** Lets go of the connection, which may be closed already, and does what the code asks for. */
function close(code: number, reason?: string): void {
  leave();
  setState(code == 1000 || code == 4000 || (code == 4001 && reloaded()) ? 'ended' : 'disconnected', code);
  closed(code);
  if (code == 4001 && !hasEnded()) location.reload();
  if (Date.now() - since > LASTING) failures = 0;
  retrying = !hasEnded();
  if (retrying) timer = setTimeout(connect, wait(code, reason));
}

function wait(code: number, reason?: string): number {
  const spread = (code == 1012 && away) || Math.min(MAX_WAIT, 500 * 2 ** failures++);
  return Math.min(LONGEST_WAIT, (code == 1013 && +reason!) || Math.random() * spread);
}

/** Whether the page has just been loaded again: a new token has been tried then. */
const reloaded = (): boolean =>
  performance.now() < LASTING &&
  (performance.getEntriesByType('navigation') as PerformanceNavigationTiming[])[0]?.type == 'reload';
