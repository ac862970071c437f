// The regions of the page, and patches to them. What is known of a region is kept with its host, and goes when that goes.

import { attr } from '../dom/markup';
import { closest, findAll, ofDocument, read } from '../dom/native';
import { narrow, replaceElement } from '../patch/narrow';
import { twin } from '../patch/memory';
import type { Patcher } from '../patch/patcher';
import { applyDelta, type Hint, type Html } from '../wire/delta';
import type { Body, ElementBody, Patches } from '../wire/frames';
import { hasher } from '../wire/hash';
import { demand, toBytes, toText } from '../wire/msgpack';

/** What is known of what a host shows: its bytes, once the server has sent them; else its hash, a byte a number; or null while the server is asked. */
type Known = Html | number[] | null;

const HASH_BYTES = 8;
const HOSTS = '[data-lv-region]';
const TITLE = '<title>';
/** Nobody vouches for what a host shows. */
const NO_HASH: number[] = [];

export class Regions {
  private known_ = new WeakMap<Element, Known>();
  /** The name of each number. */
  private bound_: string[] = [];

  constructor(
    private root_: Element,
    private patcher_: Patcher,
    private resync_: (region: string) => void,
  ) {}

  /** Takes the hashes that the page was served with. */
  adopt(): void {
    const view = Array.from(atob(attr(this.root_, 'view') ?? ''), (char) => char.charCodeAt(0));
    const hosts = findAll(HOSTS);
    // Of another length (the title's is the last), the page was changed on the way, and nothing says which hash is whose.
    if (view.length != (hosts.length + 1) * HASH_BYTES) return;
    for (const host of hosts) this.known_.set(host, view.splice(0, HASH_BYTES));
  }

  /** Begins a connection: forgets the numbers, and gives the hashes of all that the browser shows. */
  hashes(): Uint8Array {
    this.bound_ = [];
    const shown = findAll(HOSTS).filter(twin).flatMap((host) => {
      const known = this.known_.get(host) ?? NO_HASH;
      return Array.isArray(known) ? known : hashOf(attr(host, 'region')!, bytes(known), host);
    });
    return new Uint8Array(shown.concat(hashOf(TITLE, toBytes(ofDocument('title')))));
  }

  /**
   * Carries patches out in their order; throws if they can't be of this connection. A name binds a number, unless the frame is one that many
   * sessions share.
   */
  patch(patches: Patches, isShared: boolean): void {
    for (let i = 0; i < patches.length; i += 3) {
      const [region, check, body] = patches.slice(i, i + 3) as [string | number, number, Body];
      const name = typeof region == 'string' ? region : this.bound_[region];
      demand(name != null);
      if (typeof region == 'string' && !isShared) this.bound_.push(region);
      const host = this.patcher_.host(name!);
      // Without a host (the page's own scripts took it out) nothing shows the region.
      if (host) this.change_(host, name!, check, body);
    }
  }

  private change_(host: HTMLElement, name: string, check: number, body: Body): void {
    const known = this.known_.get(host);
    const isWhole = typeof body == 'string';
    if (known === null && !isWhole) return;
    // A patch that throws must not count as shown.
    this.known_.set(host, NO_HASH);
    let now: Known = null;
    try {
      now = Array.isArray(body) ? this.changeElement_(host, check, body) : this.changeAll_(host, known, check, body);
    } catch (error) {
      // The delta doesn't fit what the browser has.
      if (isWhole) throw error;
    }
    this.known_.set(host, now);
    if (now) return;
    demand(!isWhole); // the whole again would be no better
    this.resync_(name);
  }

  /** Replaces one element of a region whose bytes nobody here knows. Null if the region isn't what the server believes. */
  private changeElement_(host: Element, check: number, [inner, high, id, html]: ElementBody): Known {
    return replaceElement(this.patcher_, host, id, html, inner) ? pack(check, high) : null;
  }

  /** Changes a region by a delta, or to new HTML. Null if the region isn't what the server believes. */
  private changeAll_(host: HTMLElement, known: Known | undefined, check: number, body: string | Uint8Array): Known {
    let hint: Hint | null = null;
    let html = known as Html;
    if (typeof body == 'string') {
      const buf = toBytes(body);
      html = { buf, len: buf.length };
    } else hint = applyDelta(html, body);
    if (hasher(bytes(html))(0) != check) return null;
    return this.show_(host, html, hint) ? html : NO_HASH;
  }

  /** Shows a region's HTML by the least change; by more if that throws, as with elements that move or remove themselves. False if nothing helps. */
  private show_(host: HTMLElement, html: Html, hint: Hint | null): boolean {
    const text = () => toText(bytes(html));
    const ways = [
      () => (hint && narrow(this.patcher_, host, html, hint)) || this.patcher_.inner(host, text()),
      () => this.patcher_.exact(host, text()),
      () => this.patcher_.replace(host, text()),
    ];
    return ways.some((way) => {
      try {
        way();
        return true;
      } catch (error) {
        reportError(error);
      }
    });
  }
}

const bytes = ({ buf, len }: Html): Uint8Array => buf.subarray(0, len);

/** The hash of HTML under a name and in its place, the regions around its host; the title counts as one in the root. */
function hashOf(name: string, html: Uint8Array, host?: Element): number[] {
  // From the inside out, without the root, whose name is empty.
  const around: string[] = [];
  for (let outer = above(host); outer && attr(outer, 'region'); outer = above(outer)) around.push(attr(outer, 'region')!);
  const hash = hasher(html);
  return pack(hash(0), hash(hasher(toBytes(name + ' ' + around.join(' ')))(0)));
}

/** The host around an element. */
const above = (element?: Element): Element | null => {
  const parent = element && read(element, 'parentElement');
  return parent ? closest(parent, HOSTS) : null;
};

/** Both halves of a hash, little-endian as every platform of a browser is. */
const pack = (check: number, high: number): number[] => [...new Uint8Array(Uint32Array.of(check, high).buffer)];
