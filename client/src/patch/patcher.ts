// Applies what the server changed to the page.
import { call, childrenOf, getAttribute, isElement, parentNode, read, select } from '../dom/native';
import { parse } from '../dom/trusted';
import { keepFocus } from './focus';
import type { FieldKeeper } from './keeper';
import { type Memory, renew, twin } from './memory';
import { areAlike } from './pairing';
import { Patch } from './patch';

export type { FieldKeeper } from './keeper';

// No comparison of nodes looks into templates and shadow roots, which any element may have.
const opaque = (html: string): string | null => (/shadowrootmode/i.test(html) ? '*' : /<template/i.test(html) ? 'template' : null);

export class Patcher {
  constructor(
    private readonly memory_: Memory,
    private readonly fields_?: FieldKeeper,
  ) {}

  /** Makes `html` the server's content of an element: of a region's host, or of one in it. */
  inner(host: Element, html: string): void {
    this.content_(host, parse(host, html), opaque(html), false);
  }

  /**
   * Makes `html` the server's outer HTML of an element in the region of `host`. False, with nothing touched, if that isn't one element
   * like it, or would be torn apart by the parser in its place.
   */
  outer(element: Element, host: Element, html: string): boolean {
    const hides = opaque(html);
    const copy = twin(element);
    // Parsed within the names of all elements around it up to the host, so that what the parser moves out of its place shows.
    let depth = 0;
    for (let at: Node = copy; at != this.memory_.copyOf_(host); at = parentNode(at)!) if (depth++) html = `<${read(at, 'localName')}>` + html;
    let to: Node = parse(host, html);
    while (depth--) {
      const [only, another] = childrenOf(to);
      if (!only || another) return false;
      to = only;
    }
    if (!isElement(to) || !areAlike(copy, to)) return false;
    this.run_(element, new Patch(copy, to, hides, this.fields_, false));
    return true;
  }

  /** The host of a region. */
  host(name: string): HTMLElement | null {
    return this.memory_.host(name);
  }

  /** The one element that has this id in the region of `host`; null if a patch of it alone could go wrong. */
  find(host: Element, id: string): Element | null {
    const [element, another] = select(host, '#' + CSS.escape(id)).filter((each) => twin(each) && getAttribute(twin(each), 'id') == id);
    if (!element || another || !call(this.memory_.copyOf_(host), 'contains', twin(element))) return null;
    // What is edited as a whole is patched as a whole.
    const editable = call(twin(element), 'closest', '[contenteditable]');
    return editable && editable != twin(element) ? null : element;
  }

  /** Makes the content of an editable element what the server has, whatever the user did to it. */
  element(live: Element): void {
    this.content_(live, this.memory_.clone(live), null, true);
  }

  /** Makes `html` the content of a host whose patch threw, whatever others did to it. */
  exact(host: Element, html: string): void {
    this.content_(host, parse(host, html), null, true);
  }

  /** Makes `html` the content of a host by new nodes alone, with the inner hosts as they are. */
  replace(host: Element, html: string): void {
    renew(this.memory_.copyOf_(host));
    this.exact(host, html);
  }

  private content_(host: Element, now: Element, hides: string | null, isExact: boolean): void {
    this.run_(host, new Patch(this.memory_.copyOf_(host), now, hides, this.fields_, isExact), true);
  }

  private run_(within: Element, patch: Patch, isInner?: boolean): void {
    const run = () => keepFocus(() => patch.run_(isInner));
    if (this.fields_) this.fields_.around(within, run);
    else run();
  }
}
