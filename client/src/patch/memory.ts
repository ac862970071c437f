// What the server last had where others (the user, the browser, scripts of the page) have changed the page since. A node
// without memory is as the server made it: no old HTML is kept.
import { childrenOf, contains, getAttribute, insertBefore, isElement, namesOf, nodeValue, parentNode, removeChild } from '../dom/native';
import { before, qualified } from './records';
import { areSame, isHost, View } from './view';

const EVERYTHING: MutationObserverInit = {
  subtree: true,
  childList: true,
  attributes: true,
  attributeOldValue: true,
  characterData: true,
  characterDataOldValue: true,
};

/** So many watched nodes are too many. */
const CROWD = 50;

export class Memory extends View {
  /** The nodes that others inserted. What is in them is theirs as well, except for nodes with a home. */
  private readonly foreign_ = new WeakSet<Node>();
  /** Nodes that were out of the root when they were seen last, and are watched there. */
  private readonly away_ = new Set<Node>();
  private crowd_ = CROWD;
  private readonly observer_ = new MutationObserver((records) => this.learn_(records));

  constructor(private readonly root_: Element) {
    super();
    this.observer_.observe(root_, EVERYTHING);
  }

  /** The server's value of an attribute. */
  server(element: Element, attribute: string): string | null {
    this.learn_(this.take_());
    return this.attribute_(element, attribute);
  }

  /** Gives an attribute the server's value again. */
  restore(element: Element, attribute: string): void {
    const value = this.server(element, attribute);
    if (value == getAttribute(element, attribute)) return;
    setAttribute(element, attribute, value);
  }

  /** A copy of a node as the server has it. */
  clone(node: Node): Node {
    this.learn_(this.take_());
    return this.copy_(node);
  }

  private copy_(node: Node): Node {
    const copy = Node.prototype.cloneNode.call(node, false);
    if (!isElement(node)) copy.nodeValue = this.text_(node);
    else for (const [name, value] of this.entries_.get(node)?.attributes_ ?? []) setAttribute(copy as Element, name, value);
    for (const child of this.children_(node)) insertBefore(copy, this.copy_(child), null);
    return copy;
  }

  /** The records that nobody has learnt from. */
  take_(): MutationRecord[] {
    return this.observer_.takeRecords();
  }

  /** Learns what others changed. The earliest old value is the server's. */
  learn_(records: MutationRecord[]): void {
    const lists = new Map<Node, MutationRecord[]>();
    const touched = new Set<Node>();
    this.sort_(records);
    for (const record of records) {
      const { target, type, oldValue } = record;
      if (!this.owns_(target)) continue;
      touched.add(target);
      const entry = this.entry_(target);
      if (type == 'attributes') {
        const known = (entry.attributes_ ??= new Map());
        const name = qualified(record);
        if (!known.has(name)) known.set(name, oldValue);
      } else if (type == 'characterData') {
        entry.text_ ??= oldValue!;
      } else {
        const list = lists.get(target);
        if (list) list.push(record);
        else lists.set(target, [record]);
      }
    }
    for (const [parent, changes] of lists) {
      if (!this.entries_.get(parent)!.children_) this.setList_(parent, before(parent, changes));
    }
    touched.forEach((node) => this.stain_(node));
  }

  /** Finds out whose the nodes are that were moved: the server's, in the place where they were first, or others'. */
  private sort_(records: MutationRecord[]): void {
    const starts = new Map<Node, Node | null>();
    for (const { target, addedNodes, removedNodes } of records) {
      for (const node of removedNodes) if (!starts.has(node)) starts.set(node, target);
      for (const node of addedNodes) if (!starts.has(node)) starts.set(node, null);
    }
    starts.forEach((parent, node) => {
      if (this.homes_.has(node)) return;
      if (parent && !this.foreign_.has(node) && this.owns_(parent, starts)) this.homes_.set(node, parent);
      else this.foreign_.add(node);
    });
    starts.forEach((_, node) => {
      // From what the server has removed meanwhile.
      if (this.homes_.has(node) && !this.isIn_(node, this.root_)) this.homes_.delete(node), this.foreign_.add(node);
      if (!contains(this.root_, node)) this.follow_(node);
    });
  }

  private setList_(parent: Node, list: Node[]): void {
    this.entry_(parent).children_ = list;
    for (const node of list) this.homes_.set(node, parent);
  }

  /** Goes on watching what is the server's of a node that is out of the root. */
  private follow_(node: Node): void {
    if (!this.homes_.has(node)) return childrenOf(node).forEach((child) => this.follow_(child));
    this.away_.add(node);
    this.observer_.observe(node, EVERYTHING);
    if (this.away_.size < this.crowd_) return;
    // The browser looks at all that is watched again and again: what is back, or gone for good, isn't any more.
    const records = this.take_();
    this.observer_.disconnect();
    this.observer_.observe(this.root_, EVERYTHING);
    for (const each of this.away_) {
      if (this.homes_.has(each) && !contains(this.root_, each)) this.observer_.observe(each, EVERYTHING);
      else this.away_.delete(each);
    }
    this.crowd_ = CROWD + 2 * this.away_.size;
    this.learn_(records);
  }

  /** Whether a node is the server's. `starts` are the parents that nodes had. */
  owns_(node: Node, starts?: Map<Node, Node | null>): boolean {
    for (let at: Node | null | undefined = node, up; at; at = up) {
      up = starts?.get(at);
      if (up === undefined) up = parentNode(at);
      if (at == this.root_ || this.homes_.has(at)) return true;
      if (this.foreign_.has(at)) return false;
    }
    return false;
  }

  /** The child of `parent` that is `node`, or that others put around it; null where it is elsewhere. */
  seat_(node: Node, parent: Node): Node | null {
    for (let at = node, up; ; at = up) {
      up = parentNode(at);
      if (up == parent) return at;
      if (!up || this.owns_(up)) return null;
    }
  }

  // What a patch made of a node.

  /** The server has these attributes now. */
  settleAttributes_(live: Element, now: Element): void {
    const known = new Map<string, string | null>();
    for (const name of [...namesOf(live), ...namesOf(now)]) {
      const value = getAttribute(now, name);
      if (getAttribute(live, name) !== value) known.set(name, value);
    }
    this.entry_(live).attributes_ = known.size ? known : undefined;
    if (known.size) this.stain_(live);
  }

  /** The server has this text now. */
  settleText_(live: Node, text: string): void {
    const differs = nodeValue(live) != text;
    this.entry_(live).text_ = differs ? text : undefined;
    if (differs) this.stain_(live);
  }

  /** The server has these children now. */
  settleChildren_(parent: Node, list: Node[]): void {
    const shown = childrenOf(parent);
    const same = areSame(shown, list);
    if (!same) {
      this.setList_(parent, list);
      for (const node of shown) if (!this.homes_.has(node)) this.foreign_.add(node);
      for (const node of list) if (!contains(this.root_, node)) this.follow_(node);
    } else if (this.entries_.has(parent)) {
      this.entry_(parent).children_ = undefined;
    }
    if (!same || list.some((node) => this.stained_.has(node))) this.stain_(parent);
  }

  /** The server has taken a node from its place. */
  leave_(node: Node): void {
    const home = this.homes_.get(node);
    if (!home) return;
    this.homes_.delete(node);
    const entry = this.entries_.get(home);
    if (entry?.children_) entry.children_ = entry.children_.filter((each) => each != node);
  }

  /** Forgets what others did in a node; what they took out of it goes. The content of inner hosts is other regions'. */
  forget_(node: Node, from = node): void {
    const children = new Set([...this.children_(node), ...childrenOf(node)]);
    const entry = this.entries_.get(node);
    if (entry) entry.children_ = undefined;
    for (const child of children) {
      const parent = parentNode(child);
      if (parent && !contains(from, child)) removeChild(parent, child);
      this.foreign_.delete(child);
      this.homes_.delete(child);
      this.held_.delete(child);
      if (isElement(child) && isHost(child)) this.entry_(child).attributes_ = undefined;
      else this.forget_(child, from), this.entries_.delete(child);
    }
  }
}

function setAttribute(element: Element, name: string, value: string | null): void {
  if (value == null) Element.prototype.removeAttribute.call(element, name);
  else Element.prototype.setAttribute.call(element, name, value);
}
