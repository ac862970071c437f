// Finds each new node's partner on the page: by key (a region's name, or an id that both trees hold once) anywhere in the
// trees, else by likeness among the children of partners. All is read from the server's view of the page: nodes that others
// moved or took out count, those that they inserted don't.
import { closest, getAttribute, isElement, nodeName, nodeType, nodeValue, outerHTML, parentNode, read, select, shadowRoot, textContent } from '../dom/native';
import { HOST, isHost, type View } from './view';

declare global {
  interface MapConstructor {
    groupBy<K, V>(items: Iterable<V>, key: (item: V) => K): Map<K, V[]>; // ES2024
  }
}

// An id within a host belongs to that region.
const KEYED = `[${HOST}],[id]:not(:scope [${HOST}] *)`;
// The nearest one that has a key, unless that is the live root.
const ROW = '[data-lv-key],[id]:not(form),[data-lv]';

const isInRow = (node: Node): boolean => {
  const parent = parentNode(node);
  const row = parent && isElement(parent) && closest(parent, ROW);
  return !!row && getAttribute(row, 'data-lv') == null;
};

/** The number of a row, in the name of a field. */
const NUMBER = /\[\d+]/;

export class Pairing {
  /** Both ways. A live host that another element takes the place of has that one, which has none. */
  private readonly partners_ = new Map<Node, Node>();
  /** The hosts whose tag is another: the new one, and the live one whose content it takes. */
  readonly heirs_ = new Map<Node, Element>();
  private keyed_ = false;

  constructor(
    private readonly view_: View,
    private readonly from_: Element,
    private readonly to_: Element,
    /** Hosts that a patch which threw may have lost. */
    private readonly kept_: Element[],
  ) {}

  partner_(now: Node): Node | undefined {
    return this.partners_.get(now);
  }

  /** Whether a live node stays. */
  stays_(live: Node): boolean {
    return this.partners_.has(live);
  }

  /** Whether something in the node, or the node, has a partner. */
  holds_(node: Node): boolean {
    const has = (each: Node) => this.partners_.has(each) || this.heirs_.has(each);
    return has(node) || (!!(this.partners_.size + this.heirs_.size) && select(node, '*').some(has));
  }

  /** The live hosts that have a partner. */
  hosts_(): Element[] {
    return [...this.partners_.keys()].filter((node): node is Element => isElement(node) && isHost(node) && read(node, 'ownerDocument') == document);
  }

  areAlike_(live: Element, now: Element): boolean {
    return this.kind_(live) == this.kind_(now) && (!shadowRoot(now) || !!shadowRoot(live));
  }

  /** Pairs the children of partners. */
  match_(olds: Node[], news: Node[]): void {
    const open = (nodes: Node[]) => nodes.filter((node) => !this.partners_.has(node));
    if (olds.length == 1 && news.length == 1 && this.kind_(olds[0]!) == this.kind_(news[0]!)) return this.pair_(olds[0], news[0]!);
    if (!this.keyed_) this.pairKeys_();

    // Those that others changed, where their view is still the same.
    const stained = open(olds).filter((node) => this.view_.isStained_(node));
    if (stained.length) {
      const pool = Map.groupBy(open(news), textContent);
      for (const node of stained) {
        const same = pool.get(this.viewText_(node))?.find((each) => !this.partners_.has(each) && this.view_.equals_(node, each));
        if (same) this.pair_(node, same);
      }
    }
    for (const likeness of [this.whole_, this.fields_, this.kind_, this.numbered_]) {
      const left = open(news);
      if (!left.length || !olds.length) return;
      if (likeness == this.numbered_ && !isInRow(olds[0]!)) return;
      const pool = Map.groupBy(open(olds), (node) => likeness.call(this, node));
      for (const node of left) {
        const like = likeness.call(this, node);
        if (like != null) this.pair_(pool.get(like)?.shift(), node);
      }
    }
  }

  private pair_(live: Node | undefined, now: Node): void {
    // A live shadow root may be closed, or nobody's but the page's. A new one needs one to go into.
    if (live && !(isElement(now) && shadowRoot(now) && !shadowRoot(live))) this.partners_.set(live, now).set(now, live);
  }

  private pairKeys_(): void {
    this.keyed_ = true;
    const key = (node: Element) => (isHost(node) ? '@' + this.read_(node, HOST) : this.kind_(node));
    const lives = Map.groupBy(new Set([...this.kept_, ...this.keysIn_(this.from_)]), key);
    Map.groupBy(this.keysIn_(this.to_), key).forEach(([now, more], name) => {
      const [live, another] = lives.get(name) ?? [];
      if (more || another || !live || this.partners_.has(live) || this.partners_.has(now!)) return;
      if (nodeName(live) == nodeName(now!)) return this.pair_(live, now!);
      this.heirs_.set(now!, live);
      this.partners_.set(live, now!);
    });
  }

  /** The elements with keys in the server's view of a node, but for itself. */
  private keysIn_(root: Element): Element[] {
    const found: Element[] = [];
    const visit = (node: Node, inHost: boolean) => {
      if (!isElement(node)) return;
      const hosts = isHost(node);
      if (node != root && (hosts || (!inHost && this.read_(node, 'id') != null))) found.push(node);
      inHost ||= hosts && node != root;
      if (this.view_.isStained_(node)) for (const child of this.view_.children_(node)) visit(child, inHost);
      else found.push(...select(node, inHost ? `[${HOST}]` : KEYED));
    };
    visit(root, false);
    return found;
  }

  private read_(node: Element, name: string): string | null {
    return this.view_.attribute_(node, name);
  }

  // Kinds of likeness, the strictest first. Nodes that are alike in one are alike in all that follow.

  private whole_(node: Node): string | null {
    if (this.view_.isStained_(node)) return null;
    return isElement(node) ? outerHTML(node) : nodeName(node) + nodeValue(node);
  }

  private fields_(node: Node): string {
    const kinds: string[] = [];
    const visit = (at: Node) => {
      if (!isElement(at)) return;
      if (at != node && (this.read_(at, 'id') ?? this.read_(at, 'name')) != null) kinds.push(this.kind_(at));
      if (this.view_.isStained_(at)) this.view_.children_(at).forEach(visit);
      else for (const each of select(at, '[id],[name]')) kinds.push(this.kind_(each));
    };
    visit(node);
    return this.kind_(node) + kinds;
  }

  // Only nodes of one kind are partners. A field that has another name or stands for another value is another field; a script with another
  // text would run, if that were put into it.
  private kind_(node: Node): string {
    const tag = nodeName(node);
    if (!isElement(node)) return tag;
    const own = (name: string) => this.read_(node, name);
    const host = own(HOST);
    if (host != null) return tag + host;
    let kind = `${tag},${own('id')},${own('name')},${own('data-lv-key')}`;
    if (tag == 'OPTION' || (tag == 'INPUT' && /^(radio|checkbox)$/i.test(own('type') ?? ''))) kind += own('value');
    if (tag == 'IFRAME') kind += own('srcdoc');
    if (/^script$/i.test(tag)) kind += textContent(node);
    return kind;
  }

  // In a row with a key of its own the row's number in a name says nothing.
  private numbered_(node: Node): string | null {
    const name = isElement(node) && this.read_(node, 'name');
    return name && NUMBER.test(name) ? this.kind_(node).replace(NUMBER, '') : null;
  }

  private viewText_(node: Node): string {
    if (!isElement(node)) return this.view_.text_(node) ?? '';
    if (!this.view_.isStained_(node)) return textContent(node)!;
    const texts = this.view_.children_(node).filter((child) => nodeType(child) != Node.COMMENT_NODE);
    return texts.map((child) => this.viewText_(child)).join('');
  }
}
