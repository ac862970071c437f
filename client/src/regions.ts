// The regions of the page: which number and host each has, its bytes where the browser has them, and patches to them.

import { send } from './connection';
import { applyDelta, type Html } from './delta';
import { xxh32 } from './hash';
import { morph } from './morph';
import { refuse, toBytes, toText } from './msgpack';
import { narrow, replaceElement } from './narrow';
import { attr, root } from './page';
import { type Body, type Patches, RESYNC } from './wire';

interface Region {
  name_: string;
  number_?: number;
  host_?: Element;
  /** The bytes of its HTML, once the server has sent them. */
  html_?: Html;
  /** Its hash, a byte a character, while there are none; without either, nobody knows what the host shows. */
  hash_?: string;
}

const regions = new Map<string, Region>();
let bound: Region[] = [];

/** The root and the hosts, in document order. */
const hosts = () => [root, ...root.querySelectorAll('[data-lv-region]')];

/** The region in an element; the root's has no name. */
const nameOf = (host?: Element | null): string => (host && attr(host, 'region')) ?? '';

function named(name_: string): Region {
  const region = regions.get(name_) ?? { name_ };
  regions.set(name_, region);
  return region;
}

/** Takes the hashes that the page was served with. */
export function adopt(): void {
  const view = atob(attr(root, 'view') ?? '');
  const all = hosts();
  // Of another length (the title's is the last), the page was changed on the way, and nothing says which hash is whose.
  if (view.length == all.length * 8 + 8)
    all.forEach((host, i) => (named(nameOf(host)).hash_ = view.slice(i * 8, i * 8 + 8)));
}

/** Begins a connection: forgets the numbers, and gives the hashes of all that the browser shows. */
export function hashes(): Uint8Array {
  let known = hash('<title>', toBytes(document.title));
  bound = [];
  for (const host of hosts()) {
    const { name_, html_, hash_ } = named(nameOf(host));
    known += html_ ? hash(name_, bytes(html_), host) : (hash_ ?? '');
  }
  return Uint8Array.from(known, (char) => char.charCodeAt(0));
}

/** Carries patches out in their order; throws where they can't be of this connection. */
export function patch(patches: Patches): void {
  for (let i = 0; i < patches.length; ) apply(find(patches[i++] as string), patches[i++] as number, patches[i++] as Body);
}

function find(ref: string | number): Region {
  if (typeof ref != 'string') return bound[ref] ?? refuse();
  // The name is new, and what is gone costs no memory any more.
  for (const [name, region] of regions) if (region.host_ && !region.host_.isConnected) regions.delete(name), (region.html_ = region.host_ = undefined);
  const region = named(ref);
  region.number_ = bound.push(region) - 1;
  return region;
}

function apply(region: Region, check: number, body: Body): void {
  const { name_, host_ } = region;
  const host = host_?.isConnected ? host_ : name_ ? root.querySelector(`[data-lv-region="${CSS.escape(name_)}"]`) : root;
  // The page's own scripts took the host out: nothing shows the region.
  if (!host) return;
  region.host_ = host;
  try {
    if (edit(region, host, check, body)) return;
  } catch {}
  region.html_ = region.hash_ = undefined;
  send([RESYNC, region.number_!]);
}

/** False, or throws, where the region isn't what the server believes. */
function edit(region: Region, host: Element, check: number, body: Body): boolean {
  let hint;
  if (Array.isArray(body)) {
    region.html_ = undefined;
    region.hash_ = pack(check, body[1]);
    return replaceElement(host, body[2], body[3]);
  }
  if (typeof body == 'string') {
    const buf = toBytes(body);
    region.html_ = { buf, len: buf.length };
  } else hint = applyDelta(region.html_!, body as Uint8Array);
  const html = region.html_!;
  if (xxh32(bytes(html), 0) != check) return false;
  if (!hint || !narrow(host, html, hint)) morph(host, toText(bytes(html)));
  return true;
}

const bytes = ({ buf, len }: Html): Uint8Array => buf.subarray(0, len);

/** The hash of HTML under a name, in the region that holds its host; the title counts as one in the root. */
function hash(name: string, html: Uint8Array, host?: Element): string {
  const parent = nameOf(host?.parentElement!.closest('[data-lv-region]'));
  return pack(xxh32(html, 0), xxh32(html, xxh32(toBytes(name), xxh32(toBytes(parent), 0))));
}

/** Both halves of a hash, little-endian as every platform of a browser is. */
const pack = (check: number, high: number): string =>
  String.fromCharCode(...new Uint8Array(new Uint32Array([check, high]).buffer));
