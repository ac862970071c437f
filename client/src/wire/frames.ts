// The frames of core/src/wire/WIRE.md, as tuples. Elements that a newer server appends are ignored.

import type { Encodable } from './msgpack';

/** The subprotocols that the script offers. A server that chooses the second is older than the script. */
export const SUBPROTOCOL = 'mizu-live-v2';
export const SUBPROTOCOL_V1 = 'mizu-live-v1';

/** The most elements of all arrays of a frame, the outermost included, that the server takes. WELCOME says how many bytes. */
export const MAX_VALUES = 16384;

// From the browser.
export const HELLO = 0;
export const EVENT = 1;
export const ACK = 2;
export const PING = 3;
export const RESYNC = 4;
export const ON = 5;

// From the server.
export const WELCOME = 0;
export const UPDATE = 1;
export const PONG = 2;
export const NOTICE = 4;
export const AWAY = 5;
export const TOKEN = 6;
export const SERVER_ON = 7;

// The flags of WELCOME.
export const RESUMED = 1;
export const RESET = 2;

// Kinds of commands.
export const REDIRECT = 0;
export const FOCUS = 1;
export const SCROLL = 2;
export const DOWNLOAD = 3;
export const JS = 4;
export const RESET_FIELDS = 6;

/** `name, values, form, target, key, modifiers` of an EVENT; absent ones at the end are left out. */
export type EventFields = Encodable[];

/** `version` is the script's own. */
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
  | [typeof EVENT, id: number, ack: number, ...EventFields]
  | [typeof ACK, ack: number, command: number]
  | [typeof PING]
  | [typeof RESYNC, region: string]
  | [typeof ON, session: number];

export type Body =
  | string
  | Uint8Array
  | [inner: 0 | 1, high: number, id: string, html: string];

/** `region, check, body`, over and over. */
export type Patches = (number | string | Body)[];

export type Command =
  | [id: number, kind: typeof REDIRECT, url: string, replace: number]
  | [id: number, kind: typeof FOCUS, selector: string]
  | [id: number, kind: typeof SCROLL, selector: string, block: ScrollLogicalPosition]
  | [id: number, kind: typeof DOWNLOAD, url: string, filename: string]
  | [id: number, kind: typeof JS, name: string, args: string]
  | [id: number, kind: typeof RESET_FIELDS, selector: string, event: number];

/** `limit` is the largest message in bytes that the server takes, `version` that of its script. */
export type Welcome = [
  typeof WELCOME,
  applied: number,
  heartbeat: number,
  token: string,
  flags: number,
  refused: number[] | null,
  limit: number,
  version: string,
];
/** `refused` are the events that ended in an error, or that the page refused: their forms stay as typed. */
export type Update = [
  typeof UPDATE,
  applied: number | null,
  patches?: Patches | null,
  commands?: Command[] | null,
  refused?: number[] | null,
  title?: string | null,
];
export type Notice = [typeof NOTICE, level: number, text: string];
export type Away = [typeof AWAY, wait: number];
export type Token = [typeof TOKEN, token: string];
export type ServerOn = [typeof SERVER_ON, session: number];

export type FromServer = Welcome | Update | [typeof PONG] | Notice | Away | Token | ServerOn;
