// The WebSocket: opens it, keeps it alive, and comes back after it closed, as WIRE.md's table of close codes says.

import * as close from '../wire/close';
import { ofDocument } from '../dom/native';
import { emit } from '../listeners';
import { AWAY, type FromServer, OLD_SUBPROTOCOL, PING, SUBPROTOCOL, type ToServer } from '../wire/frames';
import { decode, encode } from '../wire/msgpack';
import { isFirstTry } from './storage';
import type { Press } from '../events/press';
import type { Status } from './status';

/** What a connection carries. */
export interface Endpoint {
  /** The socket is open: the session says who it is. */
  opened(): void;
  received(frame: FromServer, bytes: number): void;
  /** The socket closed. True if the session goes on with another token at once. */
  closed(code?: number): boolean;
  /** The server is older than this script. True if the page may be loaded again. */
  isIdle(): boolean;
}

/** `WebSocket.OPEN`; a wrapper that a page puts in place of `WebSocket` may lack the constant. */
const OPEN = 1;
const PATH = '/_live/websocket';
const MINUTE = 60_000;
const OPENING = 20_000; // ms until an attempt to connect is given up
const FIRST_DELAY = 500; // ms; doubled with each failure
const MAX_DELAY = 30_000;
const RELOAD_DELAY = 5_000; // ms until the next attempt of a page that is being loaded again, or left
const WAKING = 5_000; // ms in which a server answers to a page that is looked at again
const LEAVING = 5_000; // ms in which a page that the browser was about to leave has gone

export class Connection {
  private endpoint_: Endpoint | undefined;
  private socket_: WebSocket | undefined;
  /** The heartbeat's while there is a socket, else the next attempt's. */
  private timer_: ReturnType<typeof setTimeout> | undefined;
  /** In ms; unknown before the first WELCOME. */
  private heartbeat_: number | undefined;
  /** Closes since the last WELCOME. */
  private failures_ = 0;
  /** The browser is on its way to another page, as far as anybody knows. */
  private isLeaving_ = false;
  /** The time in ms over which reconnects are spread after the server announced that it stops. */
  private away_ = 0;

  constructor(
    private status_: Status,
    private press_: Press,
    /** The path that the application is under. */
    private base_: string,
  ) {}

  /** Opens the first connection. */
  start(endpoint: Endpoint): void {
    this.endpoint_ = endpoint;
    // A browser doesn't keep a page with an open socket for the way back; the next attempt waits until then. One that has lost its network
    // would find out much later.
    for (const type of ['pagehide', 'offline']) addEventListener(type, () => this.hasEnded_() || this.close_());
    for (const type of ['online', 'pageshow']) addEventListener(type, () => this.hasEnded_() || this.connect());
    addEventListener('visibilitychange', () => this.wake_());
    addEventListener('beforeunload', () => {
      // A download leaves the page where it is.
      this.isLeaving_ = true;
      setTimeout(() => (this.isLeaving_ = false), LEAVING);
    });
    // A script of the page may have said already that it stays away.
    if (!this.hasEnded_()) this.connect();
  }

  /** Opens a connection, unless there is one. */
  connect(): void {
    const endpoint = this.endpoint_;
    if (this.socket_) return;
    if (this.status_.get() != 'disconnected') this.status_.set('connecting');
    // Before the start nobody knows whose session it is.
    if (!endpoint) return;
    const socket = (this.socket_ = new WebSocket(this.base_ + PATH, [SUBPROTOCOL, OLD_SUBPROTOCOL]));
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => (socket.protocol == OLD_SUBPROTOCOL ? this.tooNew_(endpoint) : endpoint.opened());
    socket.onmessage = ({ data }) => this.press_.after(() => socket == this.socket_ && this.receive_(data));
    socket.onclose = ({ code, reason }) => socket == this.socket_ && this.close_(code, reason);
    this.later_(() => this.close_(), OPENING);
  }

  /** Closes the connection and stays away until `connect`. */
  disconnect(): void {
    this.close_(close.ENDED);
  }

  /** The server answered, and said its heartbeat, in ms. */
  welcomed(heartbeat: number): void {
    this.heartbeat_ = heartbeat;
    this.failures_ = this.away_ = 0;
  }

  send(frame: ToServer): void {
    if (this.socket_?.readyState != OPEN) return;
    emit('send', frame);
    this.socket_.send(encode(frame));
  }

  private receive_(data: ArrayBuffer): void {
    try {
      const frame = decode(data) as FromServer;
      emit('receive', frame);
      if (frame[0] == AWAY) this.away_ = frame[1];
      this.endpoint_!.received(frame, data.byteLength);
      this.beat_();
    } catch (error) {
      // The frame is malformed, or doesn't fit this connection: the next WELCOME says what the server has.
      this.close_();
      throw error;
    }
  }

  /** Something came: asks for a sign of life after one interval of silence, and gives up after two. */
  private beat_(): void {
    const interval = this.heartbeat_;
    if (interval == null || !this.socket_) return;
    this.later_(() => this.ask_(interval), interval);
  }

  /** Asks for a sign of life within `ms`. */
  private ask_(ms: number): void {
    this.send([PING]);
    this.later_(() => this.close_(), ms);
  }

  /** The user looks at the page again: the machine may have slept, and the other end be gone. */
  private wake_(): void {
    if (this.hasEnded_() || ofDocument('visibilityState') != 'visible') return;
    if (!this.socket_) this.connect();
    else if (this.heartbeat_ != null && this.socket_.readyState == OPEN) this.ask_(WAKING);
  }

  /** Runs `step` after `ms`, and nothing else that waits. */
  private later_(step: () => void, ms: number): void {
    clearTimeout(this.timer_);
    if (!this.hasEnded_()) this.timer_ = setTimeout(step, ms);
  }

  /** Lets go of the connection, which may be closed already, and does what the code asks for. */
  private close_(code?: number, reason?: string): void {
    this.socket_?.close();
    this.socket_ = undefined;
    const goesOn = this.endpoint_?.closed(code);
    const isRefused = code == close.TOKEN && !goesOn;
    // The page's own token can be bad from the start: another tab's first visit, or a log-in, has given the browser another cookie meanwhile. A page that
    // is loaded now has one that fits; but where no cookie is kept it would go on for ever.
    const isHopeless = isRefused && this.heartbeat_ == null && !isFirstTry('refused' + Math.floor(Date.now() / MINUTE));
    if (code == close.ENDED || code == close.REPLACED || isHopeless) {
      clearTimeout(this.timer_);
      return this.status_.set('ended', code);
    }
    this.status_.set('disconnected', code);
    // Another page has a token that is good, unless a form or a link (a log-out) has the browser leave this one already.
    if (isRefused && !this.isLeaving_) location.reload();
    this.later_(() => this.connect(), goesOn ? 0 : isRefused ? RELOAD_DELAY : this.delay_(code, reason));
  }

  /** How long to stay away, in ms. */
  private delay_(code?: number, reason?: string): number {
    const asked = code == close.LATER ? Number(reason) : 0;
    if (asked > 0) return Math.min(asked, MAX_DELAY);
    return Math.random() * (this.away_ || Math.min(MAX_DELAY, FIRST_DELAY * 2 ** this.failures_++));
  }

  /** The server is older than this script, as during a deploy: its own page has the script for it. */
  private tooNew_(endpoint: Endpoint): void {
    this.close_();
    this.later_(() => (endpoint.isIdle() ? location.reload() : this.connect()), RELOAD_DELAY);
  }

  private hasEnded_(): boolean {
    return this.status_.get() == 'ended';
  }
}
