// The frames of core/src/wire/WIRE.md, as tuples.

import type { Encodable } from './msgpack';

// From the browser.
export const HELLO = 0;
export const EVENT = 1;
export const ACK = 2;
export const PING = 3;
export const RESYNC = 4;

// From the server.
export const WELCOME = 0;
export const UPDATE = 1;
export const NOTICE = 4;
export const AWAY = 5;
export const TOKEN = 6;

export const RESUMED = 1;
export const RESET = 2;

/** `name, values, form, target, key, modifiers` of an EVENT; absent ones at the end are left out. */
export type EventFields = Encodable[];

export type ToServer =
  | [typeof HELLO, token: string, attempt: number, command: number, hashes: Uint8Array, query: string, applied: number]
  | [typeof EVENT, id: number, ack: number, ...EventFields]
  | [typeof ACK, ack: number, command: number]
  | [typeof PING]
  | [typeof RESYNC, region: string];

export type Body =
  | string
  | Uint8Array
  | [inner: 0 | 1, high: number, id: string, html: string];

/** `region, check, body`, over and over. */
export type Patches = (number | string | Body)[];

export type Command = [id: number, kind: number, ...fields: any[]];

export type Welcome = [
  typeof WELCOME,
  applied: number,
  heartbeat: number,
  token: string,
  flags: number,
  failed?: number[],
];
export type Update = [
  typeof UPDATE,
  applied: number | null,
  patches?: Patches | null,
  commands?: Command[] | null,
  failed?: number[] | null,
  title?: string | null,
];
export type Away = [typeof AWAY, wait: number];
export type Token = [typeof TOKEN, token: string];

export type FromServer = Welcome | Update | [2] | [typeof NOTICE, level: number, text: string] | Away | Token;
