// The frames of core/src/wire/WIRE.md, as tuples. Elements that are absent at the end are left out, and unknown ones there are ignored.

import type { Encodable } from './msgpack';

/** Subprotocols, the best first. A server that chooses an older one is older than this script. */
export const SUBPROTOCOL = 'mizu-live-v2';
export const OLD_SUBPROTOCOL = 'mizu-live-v1';

/** Kinds of frames from the browser. */
export const HELLO = 0;
export const EVENT = 1;
export const ACK = 2;
export const PING = 3;
export const RESYNC = 4;
export const ON = 5;

/** Kinds of frames from the server. */
export const WELCOME = 0;
export const UPDATE = 1;
export const PONG = 2;
export const NOTICE = 4;
export const AWAY = 5;
export const TOKEN = 6;
export const SERVER_ON = 7;

/** Flags of a WELCOME. */
export const RESUMED = 1;
export const RESET = 2;

/** What a server takes that doesn't say: bytes of a message, and values in one. */
export const MAX_BYTES = 65536;
export const MAX_VALUES = 16384;

/** `name, values, form, target, key, modifiers` of an EVENT. */
export type EventFields = [
  name: string,
  values?: string[],
  form?: string[],
  target?: string | null,
  key?: string | null,
  modifiers?: number,
];

export type Hello = [
  typeof HELLO,
  token: string,
  attempt: number,
  command: number,
  hashes: Uint8Array,
  query: string,
  applied: number,
  version: string,
];

export type ToServer =
  | Hello
  | [typeof EVENT, id: number, ack: number, ...fields: Encodable[]]
  | [typeof ACK, ack: number, command: number]
  | [typeof PING]
  | [typeof RESYNC, region: string]
  | [typeof ON, session: number];

/** A region's whole HTML, a delta, or one element's. */
export type Body = string | Uint8Array | ElementBody;
export type ElementBody = [inner: 0 | 1, high: number, id: string, html: string];

/** `region, check, body`, over and over. */
export type Patches = (number | string | Body)[];

export type Command = [id: number, kind: number, ...fields: (string | number)[]];

export type Welcome = [
  typeof WELCOME,
  applied: number,
  heartbeat: number,
  token: string,
  flags: number,
  refused?: number[] | null,
  limit?: number | null,
  version?: string | null,
];
export type Update = [
  typeof UPDATE,
  applied: number | null,
  patches?: Patches | null,
  commands?: Command[] | null,
  refused?: number[] | null,
  title?: string | null,
];

export type FromServer =
  | Welcome
  | Update
  | [typeof PONG]
  | [typeof NOTICE, level: number, text: string]
  | [typeof AWAY, wait: number]
  | [typeof TOKEN, token: string]
  | [typeof SERVER_ON, session: number];
