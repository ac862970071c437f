// The regions of the page: which number and host each has, its bytes where the browser has them, and patches to them.

import { send } from './connection';
import { applyDelta, type Html } from './delta';
import { xxh32 } from './hash';
import { morph } from './morph';
import { refuse, toBytes, toText } from './msgpack';
import { narrow, replaceElement } from './narrow';
import { attr, root } from './page';
import { type Body, type Patches, RESYNC, type Shared } from './wire';

interface Region {
  name_: string;
  number_?: number;
  host_?: Element;
  /** The bytes of its HTML, once the server has sent them. */
  html_?: Html;
  /** Its hash while there are no bytes; without either, nobody knows what the host shows. */
  hash_?: Iterable<number>;
  /** A RESYNC is under way; until the whole HTML comes, nothing else helps. */
  asked_?: boolean;
  /** The stream that it follows, its epoch, and the version that the host shows. */
  stream_?: [shared: number, epoch: number, version: number];
}

let regions = new Map<string, Region>();
let bound: Region[] = [];

/** Takes the hashes that the page was served with. */
export function adopt(): void {
  scan();
  const view = Uint8Array.from(atob(attr(root, 'view') ?? ''), (char) => char.charCodeAt(0));
  let at = 0;
  // Of another length (the title's is the last), the page was changed on the way, and nothing says which hash is whose.
  if (view.length == regions.size * 8 + 8)
    for (const region of regions.values()) region.hash_ = view.slice(at, (at += 8));
}

/** Begins a connection: forgets the numbers, and gives the hashes of all that the browser shows. */
export function hashes(): Uint8Array {
  for (const region of regions.values()) region.asked_ = region.stream_ = undefined;
  bound = [];
  scan();
  const known = [...regions.values()].flatMap(({ name_, html_, hash_, host_ }) =>
    html_ ? hash(name_, bytes(html_), host_) : [...(hash_ ?? [])],
  );
  return new Uint8Array([...known, ...hash('<title>', toBytes(document.title))]);
}

/** Carries patches out in their order; throws where they can't be of this connection. */
export function patch(patches: Patches): void {
  for (let i = 0; i < patches.length; ) apply(find(patches[i++] as string), patches[i++] as number, patches[i++] as Body);
}

/** A patch for what follows the stream. A version already there is passed over; a missing one asks for the whole. */
export function patchShared([, shared, epoch, from, to, check, body]: Shared): void {
  for (const region of regions.values()) {
    const stream = region.stream_;
    if (stream?.[0] != shared || stream[1] != epoch || stream[2] >= to) continue;
    if (stream[2] == from) apply(region, check, body);
    else ask(region);
    stream[2] = to;
  }
}

function find(ref: string | number): Region {
  const region: Region = typeof ref == 'string' ? (regions.get(ref) ?? { name_: ref }) : (bound[ref] ?? refuse());
  if (!region.host_?.isConnected) scan(region);
  if (ref == region.name_) region.number_ = bound.push(region) - 1;
  return region;
}

/**
 * Finds all hosts again. Regions without one are forgotten, but for `wanted` and those asked for: so what is gone costs memory
 * only until the next region is new.
 */
function scan(wanted?: Region): void {
  const found = new Map<string, Region>();
  if (wanted) regions.set(wanted.name_, wanted);
  for (const host of [root, ...root.querySelectorAll('[data-lv-region]')]) {
    const name_ = host == root ? '' : attr(host, 'region')!;
    const region = regions.get(name_) ?? { name_ };
    region.host_ = host;
    found.set(name_, region);
    regions.delete(name_);
  }
  for (const gone of regions.values()) {
    gone.host_ = gone.html_ = gone.hash_ = undefined;
    if (gone.asked_ || gone == wanted) found.set(gone.name_, gone);
    else delete bound[gone.number_!];
  }
  regions = found;
}

function apply(region: Region, check: number, body: Body): void {
  if (Array.isArray(body) && body[0]) {
    region.stream_ = [body[1], body[2], body[3]];
    body = body[4];
  }
  if (typeof body == 'string') replace(region, check, body);
  else if (!region.asked_ && !edit(region, check, body as Exclude<Body, string>)) ask(region);
}

function replace(region: Region, check: number, text: string): void {
  const buf = toBytes(text);
  if (xxh32(buf, 0) != check) refuse(); // the whole again would be no better
  // Its parent may be on the way, and then this one comes again; or the page's own scripts took the host out.
  if (!region.host_ && !region.asked_) return ask(region);
  region.asked_ = false;
  region.html_ = { buf, len: buf.length };
  if (region.host_) morph(region.host_, text);
}

/** Applies a delta or a new element. False where the region isn't what the server believes. */
function edit(region: Region, check: number, body: Exclude<Body, string>): boolean {
  const { host_, html_ } = region;
  if (!host_) return false;
  if (Array.isArray(body)) {
    region.html_ = undefined;
    region.hash_ = pack(check, body[1]);
    return replaceElement(host_, body[2] as string, body[3] as string);
  }
  try {
    const hint = applyDelta(html_!, body);
    if (xxh32(bytes(html_!), 0) != check) return false;
    if (!hint || !narrow(host_, html_!, hint)) morph(host_, toText(bytes(html_!)));
    return true;
  } catch {
    return false;
  }
}

function ask(region: Region): void {
  region.html_ = region.hash_ = undefined;
  region.asked_ = true;
  send([RESYNC, region.number_!]);
}

const bytes = ({ buf, len }: Html): Uint8Array => buf.subarray(0, len);

/** The hash of HTML under a name, in the region that holds its host; the title counts as one in the root. */
function hash(name: string, html: Uint8Array, host?: Element): number[] {
  const parent = host?.parentElement!.closest('[data-lv-region]');
  const seed = xxh32(toBytes((parent && attr(parent, 'region')) ?? ''), 0);
  return pack(xxh32(html, 0), xxh32(html, xxh32(toBytes(name), seed)));
}

/** Both halves of a hash, little-endian as every platform of a browser is. */
const pack = (check: number, high: number): number[] => [...new Uint8Array(new Uint32Array([check, high]).buffer)];
