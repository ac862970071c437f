// The regions of the page, and patches to them. What is known of a region is kept with its host, and goes when that goes.

import { send } from './connection';
import { applyDelta, type Html } from '../wire/delta';
import { hasher } from '../wire/hash';
import { morph } from '../patch/morph';
import { demand, toBytes, toText } from '../wire/msgpack';
import { narrow, replaceElement } from '../patch/narrow';
import { attr } from '../dom/markup';
import { root } from '../page';
import { type Body, type Patches, RESYNC } from '../wire/frames';

type Host = Element & {
  /** The bytes of its region's HTML, once the server has sent them; null while they are asked for. */
  html_?: Html | null;
  /** The region's hash, a byte a character, while there are none; without either, nobody knows what the host shows. */
  hash_?: number[];
};

/** The name of each number. */
let bound: string[] = [];

/** The root and the hosts, in document order. */
const hosts = (): Host[] => [...document.querySelectorAll('[data-lv-region]')];

/** Takes the hashes that the page was served with. */
export function adopt(): void {
  const view = Array.from(atob(attr(root, 'view')), (char) => char.charCodeAt(0));
  const all = hosts();
  // Of another length (the title's is the last), the page was changed on the way, and nothing says which hash is whose.
  if (view.length == all.length * 8 + 8) all.forEach((host, i) => (host.hash_ = view.slice(i * 8, i * 8 + 8)));
}

/** Begins a connection: forgets the numbers, and gives the hashes of all that the browser shows. */
export function hashes(): Uint8Array {
  bound = [];
  const shown = hosts().flatMap((host) => (host.html_ ? hash(attr(host, 'region')!, bytes(host.html_), host) : (host.hash_ ?? [])));
  return new Uint8Array(shown.concat(hash('<title>', toBytes(document.title))));
}

/** Carries patches out in their order; throws where they can't be of this connection. A name binds a number, but in a frame that many share. */
export function patch(patches: Patches, applied: unknown): void {
  for (let i = 0; i < patches.length; ) {
    let [name, check, body] = patches.slice(i, (i += 3)) as [string | number, number, Body];
    if (typeof name != 'string') demand((name = bound[name]!) != null);
    else if (applied != null) bound.push(name);
    const host: Host | null = document.querySelector(`[data-lv-region="${CSS.escape(name as string)}"]`);
    const whole = typeof body == 'string';
    try {
      // Without a host (the page's own scripts took it out) nothing shows the region.
      if (!host || (host.html_ === null && !whole) || apply(host, check, body)) continue;
    } catch {}
    demand(!whole); // the whole again would be no better
    host!.hash_ = undefined;
    host!.html_ = null;
    send([RESYNC, name as string]);
  }
}

/** False, or throws, where the region isn't what the server believes. */
function apply(host: Host, check: number, body: Body): boolean {
  let hint;
  if (Array.isArray(body)) {
    host.html_ = undefined;
    host.hash_ = pack(check, body[1]);
    return replaceElement(host, body[2], body[3], body[0]);
  }
  if (typeof body == 'string') {
    const buf = toBytes(body);
    host.html_ = { buf, len: buf.length };
  } else hint = applyDelta(host.html_!, body as Uint8Array);
  const html = host.html_!;
  if (hasher(bytes(html))(0) != check) return false;
  if (!hint || !narrow(host, html, hint)) morph(host, toText(bytes(html)));
  return true;
}

const bytes = ({ buf, len }: Html): Uint8Array => buf.subarray(0, len);

/** The hash of HTML under a name and in its place, the regions around its host; the title counts as one in the root. */
function hash(name: string, html: Uint8Array, host?: Element | null): number[] {
  // From the inside out, without the root, whose name is empty.
  let around = '';
  let outer: string;
  while ((outer = attr((host = host?.parentElement!.closest('[data-lv-region]')), 'region'))) around += ' ' + outer;
  const place = name + (around || ' ');
  const hash = hasher(html);
  return pack(hash(0), hash(hasher(toBytes(place))(0)));
}

/** Both halves of a hash, little-endian as every platform of a browser is. */
const pack = (check: number, high: number): number[] => [...new Uint8Array(Uint32Array.of(check, high).buffer)];
