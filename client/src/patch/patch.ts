// One patch: what the server changed is found first, on its own view of the page, and then written. What the browser, custom
// elements and handlers do meanwhile is learnt afterwards as anybody's changes are.
import { childrenOf, getAttribute, isConnected, isElement, matches, nodeValue, parentNode, removeChild, select, shadowRoot } from '../dom/native';
import { changedAttributes, writeAttributes } from './attributes';
import { type Change, Children } from './children';
import type { FieldKeeper } from './keeper';
import type { Memory } from './memory';
import { Pairing } from './pairing';
import { areSame, isHost } from './view';

const EDITABLE = 'contenteditable';

export class Patch {
  private readonly steps_: (() => void)[] = [];
  private readonly attributes_ = new Map<Node, Element>();
  private readonly texts_ = new Map<Node, string>();
  private readonly lists_ = new Map<Node, Node[]>();
  private readonly pairing_: Pairing;
  private readonly children_: Children;

  constructor(
    private readonly memory_: Memory,
    private readonly fields_: FieldKeeper | undefined,
    private readonly from_: Element,
    private readonly to_: Element,
    /** Selects what may hold something into which no comparison looks. */
    private readonly opaque_: string | null,
    /** Whether only the content counts. */
    private readonly inner_: boolean,
    kept: Element[],
  ) {
    this.pairing_ = new Pairing(memory_, from_, to_, kept);
    this.children_ = new Children(memory_, this.pairing_, this.lists_);
  }

  /** The inner hosts that it has looked at. */
  hosts_(): Element[] {
    return this.pairing_.hosts_();
  }

  /** Whether both are one element. */
  fits_(): boolean {
    return this.pairing_.areAlike_(this.from_, this.to_);
  }

  run_(): void {
    if (this.inner_) this.pairContent_(this.from_, this.to_);
    else this.pair_(this.from_, this.to_);
    for (const step of this.steps_) step();
    this.children_.finish_();
    this.settle_();
  }

  /** Finds what the server changed of a node; true if it is anything. */
  private pair_(live: Node, now: Node): boolean {
    if (!isElement(live) || !isElement(now)) return this.pairText_(live, nodeValue(now)!);
    const changed = changedAttributes(live, now, this.memory_);
    if (changed.length) {
      this.attributes_.set(live, now);
      this.steps_.push(() => writeAttributes(live, now, changed));
    }
    return this.pairContent_(live, now) || !!changed.length;
  }

  private pairContent_(live: Element, now: Element): boolean {
    const shadow = shadowRoot(now);
    const shadowed = !!shadow && this.pairChildren_(shadowRoot(live)!, shadow);
    if (live instanceof HTMLTemplateElement) return this.pairChildren_(live.content, (now as HTMLTemplateElement).content) || shadowed;
    if ((live != this.from_ && isHost(now)) || this.defers_(live, now)) return shadowed;
    return this.pairChildren_(live, now) || shadowed;
  }

  private pairText_(live: Node, text: string): boolean {
    if (this.memory_.text_(live) == text) return false;
    this.texts_.set(live, text);
    this.steps_.push(() => {
      if (nodeValue(live) != text) live.nodeValue = text;
    });
    return true;
  }

  private defers_(live: Element, now: Element): boolean {
    if (!this.fields_ || (getAttribute(live, EDITABLE) ?? getAttribute(now, EDITABLE)) == null) return false;
    const defers = this.fields_.defers(live, now);
    if (defers) this.memory_.hold_(live);
    else this.memory_.release_(live);
    return defers;
  }

  private pairChildren_(live: Node, now: Node): boolean {
    const olds = this.memory_.children_(live);
    const news = childrenOf(now);
    const shorter = Math.min(olds.length, news.length);
    let start = 0;
    let end = 0;
    while (end < shorter && this.equals_(olds.at(-1 - end)!, news.at(-1 - end)!)) end++;
    while (start < shorter - end && this.equals_(olds[start]!, news[start]!)) start++;
    const changed = news.slice(start, news.length - end);
    const stale = olds.slice(start, olds.length - end);
    if (!changed.length && !stale.length) return false;

    this.pairing_.match_(stale, changed);
    const partners = changed.map((node) => this.pairing_.partner_(node) ?? node);
    const list = [...olds.slice(0, start), ...partners, ...olds.slice(olds.length - end)];
    let differs = !areSame(olds, list);
    const change: Change = { parent_: live, olds_: olds, list_: list, lost_: differs && this.isEmptied_(live, olds, list) };
    // Children take their places first, and are changed then.
    this.steps_.push(() => differs && this.children_.arrange_(change));
    let touched = differs;
    changed.forEach((node, i) => {
      const partner = partners[i]!;
      if (partner == node) return this.build_(node);
      if (this.equals_(partner, node) || !this.pair_(partner, node)) return;
      touched = true;
      // One that comes from another parent is placed anyhow.
      if (this.isLost_(partner, live, node) && olds.includes(partner)) differs = change.lost_ = true;
    });
    if (differs) this.lists_.set(live, list);
    return touched;
  }

  /** Gives a new node, in which some stay, its children one by one. */
  private build_(now: Node): void {
    if (!isElement(now) || !this.pairing_.holds_(now)) return;
    const old = this.pairing_.heirs_.get(now);
    if (old) {
      this.lists_.set(now, this.memory_.children_(old));
      this.steps_.push(() => this.children_.inherit_(now, old));
      return;
    }
    const news = childrenOf(now);
    for (const node of news) removeChild(now, node);
    const list = news.map((node) => this.pairing_.partner_(node) ?? node);
    this.lists_.set(now, list);
    this.steps_.push(() => this.children_.arrange_({ parent_: now, olds_: [], list_: list, lost_: false }));
    news.forEach((node, i) => (list[i] == node ? this.build_(node) : this.pair_(list[i]!, node)));
  }

  /** Whether new children come to where none of the server's are left. */
  private isEmptied_(parent: Node, olds: Node[], list: Node[]): boolean {
    return !!olds.length && !olds.some((node) => this.memory_.seat_(node, parent)) && list.some((node) => !olds.includes(node));
  }

  /** Whether a changed child isn't where its change could be shown. */
  private isLost_(live: Node, parent: Node, now: Node): boolean {
    if (isElement(live)) return !this.memory_.seat_(live, parent) && !isConnected(live);
    const text = nodeValue(live);
    return parentNode(live) != parent || (text != this.memory_.text_(live) && text != nodeValue(now));
  }

  private equals_(live: Node, now: Node): boolean {
    return this.memory_.equals_(live, now) && !(this.opaque_ && isElement(now) && (matches(now, this.opaque_) || select(now, this.opaque_)[0]));
  }

  /** Remembers what the server has now, and what others have done meanwhile. */
  private settle_(): void {
    const { lists_, attributes_, texts_, memory_ } = this;
    const records = memory_.take_();
    lists_.forEach((list, parent) => memory_.settleChildren_(parent, list));
    attributes_.forEach((now, live) => memory_.settleAttributes_(live as Element, now));
    texts_.forEach((text, live) => memory_.settleText_(live, text));
    memory_.learn_(
      records.filter(({ type, target, addedNodes, removedNodes }) => {
        if (type == 'attributes') return !attributes_.has(target);
        if (type == 'characterData') return !texts_.has(target);
        return !lists_.has(target) && ![...addedNodes, ...removedNodes].every((node) => this.children_.isOurs_(node));
      }),
    );
  }
}
