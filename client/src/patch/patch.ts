// One patch: first what the server changed is found by comparing the copy of what it has with what it says now. Then the copy is changed,
// and the page likewise. What the browser, custom elements and handlers do meanwhile is theirs.
import { call, childrenOf, cloneNode, findAll, getAttribute, insertBefore, isElement, isEqualNode, nodeName, nodeValue, parentNode, read, removeChild, select } from '../dom/native';
import { changedAttributes, writeAttributes } from './attributes';
import { areSame, Children, seat } from './children';
import type { FieldKeeper } from './keeper';
import { adopt, contentOf, disown, isHost, isUnknown, move, pair, twin } from './memory';
import { settle } from './order';
import { Pairing } from './pairing';
import { writeText } from './text';

const EDITABLE = 'contenteditable';

export class Patch {
  /** What there is to do to the copy, and to the page. */
  private readonly edits_: (() => void)[] = [];
  private readonly steps_: (() => void)[] = [];
  /** What left the copy, and what left it while the page stays as it is. */
  private readonly gone_: Node[] = [];
  private readonly left_: Node[] = [];
  private isQuiet_ = false;
  private readonly pairing_: Pairing;
  private readonly children_ = new Children();

  constructor(
    private readonly copy_: Element,
    private readonly now_: Element,
    /** Selects what may hold something into which no comparison looks. */
    private readonly opaque_: string | null,
    private readonly fields_: FieldKeeper | undefined,
    /** Whether nothing stays of what others did. */
    private readonly isExact_: boolean,
  ) {
    this.pairing_ = new Pairing(copy_, now_);
  }

  /** Changes the copy, and the page likewise: the element, or its content alone. */
  run_(isInner?: boolean): void {
    if (isInner) this.content_(this.copy_, this.now_);
    else this.node_(this.copy_, this.now_);
    for (const edit of this.edits_) edit();
    for (const node of this.left_) disown(node);
    for (const node of this.gone_) disown(node, (live) => this.children_.drop_(live));
    for (const step of this.steps_) step();
    this.children_.finish_();
  }

  /** Finds what makes a node of the copy what `now` is. False if it is that already. */
  private node_(copy: Node, now: Node): boolean {
    if (isElement(copy) && isElement(now)) {
      const changed = changedAttributes(copy, now);
      this.later_(
        () => writeAttributes(copy, now, changed),
        () => writeAttributes(twin(copy), copy, this.isExact_ ? changedAttributes(twin(copy), copy) : changed),
      );
      const touched = !isHost(now) && this.content_(copy, now);
      return touched || !!changed.size;
    }
    const text = nodeValue(now)!;
    if (nodeValue(copy) == text && !this.isExact_) return false;
    this.later_(() => writeText(copy, text), () => writeText(twin(copy), text));
    return true;
  }

  /** The same for what is in an element. */
  private content_(copy: Element, now: Element): boolean {
    const live = twin(copy);
    // Nobody knows what others did in shadow roots and templates: they are made exactly the server's.
    const shadow = read(now, 'shadowRoot');
    const touched = !!shadow && this.list_(adopt(read(live, 'shadowRoot')!), shadow);
    if (live instanceof HTMLTemplateElement) return this.list_(adopt(live.content), (now as HTMLTemplateElement).content);
    const wasQuiet = this.isQuiet_;
    const isEditable = [copy, now].some((each) => getAttribute(each, EDITABLE) != null);
    this.isQuiet_ ||= isEditable && !!this.fields_?.defers(live);
    const differs = this.list_(copy, now);
    this.isQuiet_ = wasQuiet;
    return differs || touched;
  }

  /** Notes what there is to do. Content of the user's on the page stays as it is. */
  private later_(edit: () => void, step: () => void): void {
    this.edits_.push(edit);
    if (!this.isQuiet_) this.steps_.push(step);
  }

  private list_(copy: Node, now: Node): boolean {
    const olds = childrenOf(copy);
    const news = childrenOf(now);
    const shorter = Math.min(olds.length, news.length);
    let start = 0;
    let end = 0;
    while (end < shorter && this.equals_(olds.at(-1 - end)!, news.at(-1 - end)!)) end++;
    while (start < shorter - end && this.equals_(olds[start]!, news[start]!)) start++;
    const changed = news.slice(start, news.length - end);
    const stale = olds.slice(start, olds.length - end);
    if (!changed.length && !stale.length && !this.isExact_) return false;

    this.pairing_.match_(stale, changed);
    const partners = changed.map((node, i) => this.pairing_.partners_.get(node) ?? this.create_(changed, i));
    const list = [...olds.slice(0, start), ...partners, ...olds.slice(olds.length - end)];
    const parent = twin(copy);
    const [before, after] = [olds, list].map((nodes) => nodes.map(twin));
    const gone = this.isQuiet_ ? this.left_ : this.gone_;
    const differs = !areSame(stale, partners);
    let touched = differs;
    // It can't be said where new children belong if none of the old ones is there.
    const isEmptied = !!olds.length && !before!.some((node) => seat(node, parent));
    let isLost = this.isExact_ || (isEmptied && partners.some((node) => parentNode(node) != copy));
    // Children take their places first, and are changed then.
    this.later_(
      () => differs && this.reorder_(copy, stale, list, gone),
      () => (differs || isLost) && this.children_.arrange_(parent, before!, after!, isLost),
    );
    changed.forEach((node, i) => {
      const partner = partners[i]!;
      const old = this.pairing_.heirs_.get(node);
      if (old) this.later_(() => move(contentOf(old), contentOf(partner)), () => this.children_.inherit_(twin(partner), twin(old)));
      if (this.equals_(partner, node) || !this.node_(partner, node)) return;
      touched = true;
      isLost ||= parentNode(partner) == copy && isAstray(partner, parent, node);
    });
    return touched;
  }

  private reorder_(copy: Node, olds: Node[], list: Node[], gone: Node[]): void {
    const kept = new Set(list);
    for (const node of olds) {
      if (kept.has(node)) continue;
      if (parentNode(node) == copy) removeChild(copy, node);
      if (!this.pairing_.partners_.has(node)) gone.push(node);
    }
    settle(copy, list, (node, next) => insertBefore(copy, node, next));
  }

  /**
   * Gives the copy of a new node. One that will hold nodes that exist already begins empty; a shell with what belongs in it takes its place
   * in `news`.
   */
  private create_(news: Node[], i: number): Node {
    const now = news[i]!;
    const early = isElement(now) && earlyOf(now);
    if (early) return adopt(early);
    const holds = this.pairing_.holds_(now);
    if (holds) move(now, (news[i] = cloneNode(now, false)));
    const copy = cloneNode(now);
    pair(copy, now);
    return copy;
  }

  private equals_(copy: Node, now: Node): boolean {
    const { opaque_ } = this;
    return !this.isExact_ && isEqualNode(copy, now) && !(opaque_ && isElement(now) && (call(now, 'matches', opaque_) || select(now, opaque_)[0]));
  }
}

/** Whether a changed child isn't where its change could be shown. */
function isAstray(copy: Node, parent: Node, now: Node): boolean {
  const live = twin(copy);
  if (isElement(live)) return !seat(live, parent) && !read(live, 'isConnected');
  const text = nodeValue(live);
  return parentNode(live) != parent || (text != nodeValue(copy) && text != nodeValue(now));
}

/** The custom element that was there before anybody watched, and has moved itself out of the server's reach. */
function earlyOf(now: Element): Element | undefined {
  const id = getAttribute(now, 'id');
  return id && /-/.test(nodeName(now)) ? findAll('#' + CSS.escape(id)).find((each) => nodeName(each) == nodeName(now) && isUnknown(each)) : undefined;
}
