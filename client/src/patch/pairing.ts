// Finds each new node's partner in the copy: by key (a region's name, or an id that both trees hold once) anywhere in the trees, else by
// likeness among the children of partners.
import { call, getAttribute, isElement, nodeName, nodeValue, read, select } from '../dom/native';
import { contentOf, HOST, isHost, twin } from './memory';

declare global {
  interface MapConstructor {
    groupBy<K, V>(items: Iterable<V>, key: (item: V) => K): Map<K, V[]>; // ES2024
  }
}

/** Elements with a key of a row. Beside a handler of keys the attribute names those. */
const ROWS = '[data-lv-key]:not([data-lv-keydown],[data-lv-keyup])';
// The nearest one that has a key, unless that is the live root.
const ROW = ROWS + ',[id]:not(form),[data-lv]';
/** Fields of which each value has an element of its own. */
const VALUED = 'option,[type=radio],[type=checkbox]';
/** The number of a row, in the name of a field. */
const NUMBER = /\[\d+]/;

export class Pairing {
  /** Both ways. */
  readonly partners_ = new Map<Node, Node>();
  /** New hosts with another tag, and those in the copy whose content they take. */
  readonly heirs_ = new Map<Node, Element>();
  private isKeyed_ = false;

  constructor(
    private readonly copy_: Element,
    private readonly now_: Element,
  ) {}

  /** Whether a new node has one in it that is there already. */
  holds_(now: Node): boolean {
    const isThere = (each: Node) => this.partners_.has(each) || this.heirs_.has(each);
    return isElement(now) && !!(this.partners_.size + this.heirs_.size) && select(now, '*').some(isThere);
  }

  /** Pairs the children of partners. */
  match_(olds: Node[], news: Node[]): void {
    if (olds.length == 1 && news.length == 1 && areAlike(olds[0]!, news[0]!)) return this.pair_(olds[0], news[0]!);
    if (!this.isKeyed_) this.pairKeys_();
    for (const likeness of [whole, fields, kind, numbered]) {
      const [left, free] = [news, olds].map((nodes) => nodes.filter((node) => !this.partners_.has(node)));
      if (!left!.length) return;
      const pool = Map.groupBy(free!, likeness);
      for (const node of left!) {
        const like = likeness(node);
        if (like) this.pair_(pool.get(like)?.shift(), node);
      }
    }
  }

  private pair_(old: Node | undefined, now: Node): void {
    if (old && canTake(old, now)) this.partners_.set(old, now).set(now, old);
  }

  private pairKeys_(): void {
    this.isKeyed_ = true;
    const key = (node: Element) => (isHost(node) ? '@' + getAttribute(node, HOST) : kind(node));
    const olds = Map.groupBy(keysIn(this.copy_), key);
    Map.groupBy(keysIn(this.now_), key).forEach(([now, more], name) => {
      const [old, another] = olds.get(name) ?? [];
      if (more || another || !old || this.partners_.has(old) || this.partners_.has(now!)) return;
      if (nodeName(old) == nodeName(now!)) this.pair_(old, now!);
      else this.heirs_.set(now!, old);
    });
  }
}

/** Whether `old` may become `now`. A declared shadow root needs one to go into: a live one may be closed. */
const canTake = (old: Node, now: Node): boolean => !isElement(now) || !read(now, 'shadowRoot') || !!read(twin(old) as Element, 'shadowRoot');

export const areAlike = (old: Node, now: Node): boolean => kind(old) == kind(now) && canTake(old, now);

/** The elements with keys in a node; of those in its inner hosts, hosts alone. */
function keysIn(root: Element): Element[] {
  const hosts = select(root, `[${HOST}]`);
  const inHosts = (host: Element): Element[] => select(contentOf(host), `[${HOST}]`).flatMap((each) => [each, ...inHosts(each)]);
  return [...select(root, `[id]:not([${HOST}])`), ...hosts, ...hosts.flatMap(inHosts)];
}

// Kinds of likeness, the strictest first. Nodes that are alike in one are alike in all that follow.

const whole = (node: Node): string => (isElement(node) ? read(node, 'outerHTML') : nodeName(node) + nodeValue(node));

const fields = (node: Node): string => kind(node) + (isElement(node) ? select(node, '[id],[name]').map(kind) : '');

// Only nodes of one kind are partners. A host is known by its name. A field that has another name or stands for another value is another
// field; a script with another text would run, if that were put into it.
function kind(node: Node): string {
  if (!isElement(node)) return nodeName(node);
  const own = (name: string) => getAttribute(node, name);
  const is = (selector: string) => call(node, 'matches', selector);
  const more = is(VALUED) ? own('value') : is('script') ? read(node, 'textContent') : own('srcdoc');
  return nodeName(node) + (own(HOST) ?? [own('id'), own('name'), is(ROWS) && own('data-lv-key'), more]);
}

// In a row with a key of its own the row's number in a name says nothing.
function numbered(node: Node): string | undefined {
  if (!isElement(node) || getAttribute(node, 'name') == null) return undefined;
  // The row may be around the region, where the copy doesn't have it. A new node has only such partners as are in one.
  const parent = twin(node) && read(twin(node), 'parentElement');
  const row = parent && call(parent, 'closest', ROW);
  return twin(node) && (!row || getAttribute(row, 'data-lv') != null) ? undefined : kind(node).replace(NUMBER, '');
}
