// The WebSocket: opens it, keeps it alive, and comes back after it closed, as WIRE.md's table of close codes says.

import { decode, encode } from '../wire/msgpack';
import { emit } from '../page';
import { closed, hello, receive } from './session';
import { hasEnded, setState, type State } from './status';
import { AWAY, type FromServer, PING, type ToServer } from '../wire/frames';

let started: State | undefined;
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout>; // the heartbeat's while there is a socket, the next attempt's while there is none
let heartbeat: number; // ms; none before the first WELCOME
let failures = 0; // closes since the last WELCOME
let leaving: unknown; // the browser is on its way to another page, as far as we know
let away: number; // ms over which the browsers of a server that stops spread

/** Opens the first connection. */
export function start(): void {
  // A browser doesn't keep a page with an open socket for the way back; the next attempt waits until then. One that has lost its network
  // would find out much later.
  for (const type of ['pagehide', 'offline']) addEventListener(type, () => hasEnded() || close());
  addEventListener('online', () => hasEnded() || connect());
  // Long enough for an answer; what is a download leaves the page where it is.
  addEventListener('beforeunload', () => (leaving = setTimeout(() => (leaving = 0), 5e3)));
  setState((started = 'connecting'));
  connect();
}

export function connect(): void {
  // Before the start nobody knows whose session it is.
  if (socket || !started) return;
  const ws = (socket = new WebSocket('/_live/websocket', 'mizu-live-v1'));
  ws.binaryType = 'arraybuffer';
  ws.onopen = hello;
  ws.onmessage = ({ data }) => {
    try {
      const frame = decode(data) as FromServer;
      if (frame[0] == AWAY) away = frame[1];
      receive(frame, data.byteLength);
      beat();
    } catch (error) {
      // Malformed.
      close();
      throw error;
    }
  };
  ws.onclose = ({ code, reason }) => ws == socket && close(code, reason);
  later(close, 2e4);
}

/** The server answered, and told its heartbeat. */
export function welcomed(interval: number): void {
  heartbeat = interval;
  failures = away = 0;
}

/** Closes the connection and stays away until `connect`. */
export const disconnect = (): void => close(1000);

export function send(frame: ToServer): void {
  emit('send', frame);
  socket?.send(encode(frame));
}

/** Something came: asks for a sign of life after one interval of silence, and gives up after two. */
function beat(): void {
  later(() => {
    send([PING]);
    later(close, heartbeat);
  }, heartbeat);
}

/** Runs `step` after `ms`, and nothing else that was to come. */
function later(step: () => void, ms: number): void {
  clearTimeout(timer);
  if (!hasEnded()) timer = setTimeout(step, ms);
}

/** Lets go of the connection, which may be closed already, and does what the code asks for. */
function close(code?: number, reason?: string): void {
  socket?.close();
  socket = undefined;
  const again = closed(code);
  // 1000 and 4000 end it. So does 4001 where no token of the page was ever good; another page is loaded again, unless a form or a link (a
  // log-out) has the browser leave it already.
  setState(code! % 3000 == 1000 || (code == 4001 && !again && (!heartbeat || (leaving ? 0 : (location.reload() as any)))) ? 'ended' : 'disconnected', code);
  // Only the reason of 1013 is a number. A page that is loaded again, or left, has no token meanwhile.
  later(connect, again ? 0 : +reason! || (code == 4001 ? 5e3 : 0) || Math.random() * (away || Math.min(3e4, 500 * 2 ** failures++)));
}
