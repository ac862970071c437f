// The server's view of the page: as it is, but for what is remembered of the server where others have changed it.
import { childrenOf, getAttribute, isElement, isEqualNode, namesOf, nodeName, nodeType, nodeValue, parentNode } from '../dom/native';

/** The attribute of a host of a region, with the region's name. */
export const HOST = 'data-lv-region';
export const isHost = (node: Element): boolean => getAttribute(node, HOST) != null;

export const areSame = (some: Node[], others: Node[]): boolean => some.length == others.length && some.every((node, i) => node == others[i]);

/** What the server has of a node, as far as it may differ from what the page shows. */
interface Entry {
  attributes_?: Map<string, string | null>;
  text_?: string;
  children_?: Node[];
}

/** A node that was never on the page is in this view as it is. */
export class View {
  protected readonly entries_ = new WeakMap<Node, Entry>();
  /** The server's parent of a node; known for all in remembered lists of children. */
  protected readonly homes_ = new WeakMap<Node, Node>();
  /** Nodes with an entry, and all around them as the server has it. Others are the server's through and through. */
  protected readonly stained_ = new WeakSet<Node>();
  /** Elements whose new content waits, since theirs is the user's now. */
  protected readonly held_ = new WeakSet<Node>();

  protected entry_(node: Node): Entry {
    let entry = this.entries_.get(node);
    if (!entry) this.entries_.set(node, (entry = {}));
    return entry;
  }

  attribute_(element: Element, name: string): string | null {
    const known = this.entries_.get(element)?.attributes_?.get(name);
    return known === undefined ? getAttribute(element, name) : known;
  }

  names_(element: Element): string[] {
    const known = this.entries_.get(element)?.attributes_;
    const names = namesOf(element);
    return known ? [...new Set([...names, ...known.keys()])].filter((name) => this.attribute_(element, name) != null) : names;
  }

  text_(node: Node): string | null {
    return this.entries_.get(node)?.text_ ?? nodeValue(node);
  }

  children_(node: Node): Node[] {
    return this.entries_.get(node)?.children_ ?? childrenOf(node);
  }

  /** The server's parent of a node that others moved, or of its neighbour. */
  home_(node: Node): Node | undefined {
    return this.homes_.get(node);
  }

  parent_(node: Node): Node | null {
    return this.homes_.get(node) ?? parentNode(node);
  }

  /** Whether the server has `node` in `around`. */
  isIn_(node: Node, around: Node): boolean {
    let at: Node | null = node;
    while (at && at != around) at = this.parent_(at);
    return !!at;
  }

  isStained_(node: Node): boolean {
    return this.stained_.has(node);
  }

  /** A node has to be looked at again, and those around it. */
  stain_(node: Node): void {
    for (let at: Node | null = node; at && !this.stained_.has(at); at = this.parent_(at)) this.stained_.add(at);
  }

  /** Leaves the server's view of an element as it is, though the server has another. */
  hold_(element: Element): void {
    this.held_.add(element);
    this.stain_(element);
  }

  release_(element: Element): void {
    this.held_.delete(element);
  }

  /** Whether the server's view of `live` is `now`. The content of a host counts for nothing. */
  equals_(live: Node, now: Node): boolean {
    const stained = this.stained_.has(live);
    if (!stained && isEqualNode(live, now)) return true;
    if (nodeType(live) != nodeType(now) || nodeName(live) != nodeName(now)) return false;
    if (!isElement(live) || !isElement(now)) {
      if (this.text_(live) != nodeValue(now)) return false;
      this.clean_(live, []);
      return true;
    }
    if (isHost(now)) return this.hasAttributesOf_(live, now);
    if (!stained || this.held_.has(live) || !this.hasAttributesOf_(live, now)) return false;
    const olds = this.children_(live);
    const news = childrenOf(now);
    if (olds.length != news.length || !olds.every((node, i) => this.equals_(node, news[i]!))) return false;
    this.clean_(live, olds);
    return true;
  }

  private hasAttributesOf_(live: Element, now: Element): boolean {
    const names = this.names_(live);
    return names.length == namesOf(now).length && names.every((name) => this.attribute_(live, name) === getAttribute(now, name));
  }

  /** Drops what is as the server has it again, and the stain if nothing is left. */
  private clean_(live: Node, children: Node[]): void {
    const entry = this.entries_.get(live);
    if (entry) {
      const { attributes_, text_, children_ } = entry;
      attributes_?.forEach((value, name) => getAttribute(live, name) === value && attributes_.delete(name));
      if (children_ && areSame(childrenOf(live), children_)) entry.children_ = undefined;
      if (attributes_?.size || entry.children_ || (text_ ?? nodeValue(live)) != nodeValue(live)) return;
      this.entries_.delete(live);
    }
    if (!children.some((node) => this.stained_.has(node))) this.stained_.delete(live);
  }
}
