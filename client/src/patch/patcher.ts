// Applies what the server changed to the page.
import { childrenOf, closest, contains, getAttribute, insertBefore, isElement, nodeName, parentNode, read, removeChild, select } from '../dom/native';
import { parse } from '../dom/trusted';
import { changedAttributes, writeAttributes } from './attributes';
import { keepFocus } from './focus';
import type { FieldKeeper } from './keeper';
import type { Memory } from './memory';
import { Patch } from './patch';
import { HOST } from './view';

export type { FieldKeeper } from './keeper';

// No comparison of nodes looks into templates and shadow roots, which any element may have.
const opaque = (html: string): string | null => (/shadowrootmode/i.test(html) ? '*' : /<template/i.test(html) ? 'template' : null);

export class Patcher {
  /** The inner hosts of the region whose patch threw. */
  private torn_: Element[] = [];

  constructor(
    private readonly memory_: Memory,
    private readonly fields_?: FieldKeeper,
  ) {}

  /** Makes `html` the server's content of an element: of a region's host, or of one in it. */
  inner(host: Element, html: string): void {
    this.run_(host, this.patch_(host, parse(host, html), opaque(html), true));
  }

  /**
   * Makes `html` the server's outer HTML of an element in the region of `host`. False, with nothing touched, if that isn't one element
   * like it, or would be torn apart by the parser in its place.
   */
  outer(element: Element, host: Element, html: string): boolean {
    const hides = opaque(html);
    // Parsed within the names of all elements around it up to the host, so that what the parser moves out of its place shows.
    let depth = 0;
    for (let at: Node = element; at != host; at = parentNode(at)!) if (depth++) html = `<${read(at, 'localName')}>` + html;
    let to: Node = parse(host, html);
    while (depth--) {
      const [only, another] = childrenOf(to);
      if (!only || another) return false;
      to = only;
    }
    if (!isElement(to)) return false;
    const patch = this.patch_(element, to, hides, false);
    if (!patch.fits_()) return false;
    this.run_(element, patch);
    return true;
  }

  /** Makes `now`, whose content the keeper of fields has deferred, what the server has of `live`. */
  element(live: Element, now: Element): void {
    this.memory_.release_(live);
    this.memory_.forget_(live);
    this.run_(live, this.patch_(live, now, '*', false));
  }

  /** The one element that has this id in the region of `host`, as the server has it; null if a patch of it alone could go wrong. */
  find(host: Element, id: string): Element | null {
    this.learn_();
    const [element, another] = select(host, '#' + CSS.escape(id)).filter((each) => this.memory_.owns_(each));
    if (!element || another || closest(element, `[${HOST}]`) != host || this.memory_.attribute_(element, 'id') != id) return null;
    // What is edited as a whole is patched as a whole, when it is the server's turn.
    const editable = closest(element, '[contenteditable]');
    return editable && editable != element && contains(host, editable) ? null : element;
  }

  /** Makes `html` the content of a host whose patch threw, and trusts nothing that is remembered of it. */
  exact(host: Element, html: string): void {
    this.learn_();
    this.memory_.forget_(host);
    const kept = this.torn_;
    this.run_(host, this.patch_(host, parse(host, html), opaque(html), true, kept), kept);
    this.torn_ = [];
  }

  /** Makes `html` the content of a host by new nodes alone, with the inner hosts as they are. */
  replace(host: Element, html: string): void {
    const to = parse(host, html);
    const hosts = select(to, `[${HOST}]`);
    const name = (each: Element) => getAttribute(each, HOST);
    const kept = new Map([...this.torn_, ...select(host, `[${HOST}]`)].map((each) => [name(each), each]));
    this.torn_ = [];
    this.learn_();
    this.memory_.forget_(host);
    this.around_(host, () => {
      for (const node of childrenOf(host)) removeChild(host, node);
      for (const node of childrenOf(to)) insertBefore(host, node, null);
      for (const now of hosts) {
        const live = kept.get(name(now));
        if (!live) continue;
        if (nodeName(live) == nodeName(now)) {
          writeAttributes(live, now, changedAttributes(live, now, this.memory_));
          insertBefore(parentNode(now)!, live, now);
          removeChild(parentNode(now)!, now);
        } else for (const node of childrenOf(live)) insertBefore(now, node, null);
      }
    });
    this.memory_.take_();
  }

  private patch_(from: Element, to: Element, hides: string | null, inner: boolean, kept: Element[] = []): Patch {
    this.learn_();
    return new Patch(this.memory_, this.fields_, from, to, hides, inner, kept);
  }

  private run_(within: Element, patch: Patch, kept: Element[] = []): void {
    try {
      this.around_(within, () => patch.run_());
    } catch (error) {
      this.torn_ = [...kept, ...patch.hosts_()];
      this.memory_.take_();
      throw error;
    }
  }

  private around_(within: Element, change: () => void): void {
    const run = () => keepFocus(change);
    if (this.fields_) this.fields_.around(within, run);
    else run();
  }

  private learn_(): void {
    this.memory_.learn_(this.memory_.take_());
  }
}
