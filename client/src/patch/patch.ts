// One patch: first what the server changed is found by comparing the copy of what it has with what it says now. Then the copy is changed,
// and the page likewise. What the browser, custom elements and handlers do meanwhile is theirs.
import { call, childrenOf, cloneNode, getAttribute, insertBefore, isElement, isEqualNode, nodeValue, parentNode, read, removeChild, select } from '../dom/native';
import { changedAttributes, writeAttributes } from './attributes';
import { areSame, Children, seat, staysOf } from './children';
import type { FieldKeeper } from './keeper';
import { adopt, contentOf, disown, isHost, move, pair, twin } from './memory';
import { settle } from './order';
import { Pairing } from './pairing';
import { writeText } from './text';

const EDITABLE = 'contenteditable';

export class Patch {
  /** What there is to do to the copy, and to the page. */
  private readonly edits_: (() => void)[] = [];
  private steps_: (() => void)[] = [];
  /** What left the copy, and what left it while the page stays as it is. */
  private gone_: Node[] = [];
  private left_: Node[] = [];
  private readonly pairing_: Pairing;
  private readonly children_ = new Children();

  constructor(
    copy: Element,
    now: Element,
    /** Selects what may hold something into which no comparison looks. */
    private readonly opaque_: string | null,
    private readonly fields_: FieldKeeper | undefined,
  ) {
    this.pairing_ = new Pairing(copy, now);
  }

  /** Changes the copy, and the page likewise. */
  run_(): void {
    this.edit_();
    for (const step of this.steps_) step();
    this.children_.finish_();
  }

  /** Changes the copy, and makes the content of an element on the page the same, whatever others did to it. */
  runExactly_(copy: Element): void {
    this.edit_();
    for (const node of this.gone_) this.children_.drop_(twin(node));
    this.children_.exact_(copy);
    this.children_.finish_();
  }

  private edit_(): void {
    for (const edit of this.edits_) edit();
    for (const node of this.left_) disown(node);
    for (const node of this.gone_) disown(node, (live) => this.children_.drop_(live));
  }

  /** Finds what makes a node of the copy what `now` is. False if it is that already. */
  node_(copy: Node, now: Node): boolean {
    if (isElement(copy) && isElement(now)) {
      const changed = changedAttributes(copy, now);
      this.edits_.push(() => writeAttributes(copy, now, changed));
      this.steps_.push(() => writeAttributes(twin(copy), copy, changed));
      const touched = !isHost(now) && this.content_(copy, now);
      return touched || !!changed.size;
    }
    const text = nodeValue(now)!;
    if (nodeValue(copy) == text) return false;
    const live = twin(copy);
    this.edits_.push(() => (copy.nodeValue = text));
    this.steps_.push(() => writeText(live, text));
    return true;
  }

  /** The same for what is in an element. */
  content_(copy: Element, now: Element): boolean {
    const live = twin(copy);
    // Nobody knows what others did in shadow roots and templates: they are made exactly the server's.
    const shadow = read(now, 'shadowRoot');
    const touched = !!shadow && this.list_(adopt(read(live, 'shadowRoot')!), shadow);
    if (live instanceof HTMLTemplateElement) return this.list_(adopt(live.content), (now as HTMLTemplateElement).content);
    const isEditable = (getAttribute(copy, EDITABLE) ?? getAttribute(now, EDITABLE)) != null;
    if (!isEditable || !this.fields_?.defers(live, now)) return this.list_(copy, now) || touched;
    // The copy changes, and the page stays as it is.
    const { steps_, gone_ } = this;
    this.steps_ = [];
    this.edits_.push(() => (this.gone_ = this.left_));
    this.list_(copy, now);
    this.edits_.push(() => (this.gone_ = gone_));
    this.steps_ = steps_;
    return touched;
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
    if (!changed.length && !stale.length) return false;

    this.pairing_.match_(stale, changed);
    const parent = twin(copy);
    const list = olds.slice(0, start).concat(changed.map((node, i) => this.pairing_.partners_.get(node) ?? this.create_(changed, i)), olds.slice(olds.length - end));
    const [before, after] = [olds, list].map((nodes) => nodes.map(twin));
    const differs = !areSame(olds, list);
    let touched = differs;
    // It can't be said where changes belong.
    let isLost = differs && !!olds.length && !before!.some((node) => seat(node, parent)) && changed.some((_, i) => !olds.includes(list[start + i]!));
    const stay = differs ? staysOf(parent, before!, after!) : [];
    const kept = new Set(list);
    const away = stale.filter((node) => !kept.has(node));
    if (differs) this.edits_.push(() => this.reorder_(copy, away, list));
    // Children take their places first, and are changed then.
    this.steps_.push(() => (differs || isLost) && this.children_.arrange_(parent, away.map(twin), after!, stay, isLost));
    changed.forEach((node, i) => {
      const partner = list[start + i]!;
      const old = this.pairing_.heirs_.get(node);
      if (old) {
        this.edits_.push(() => move(contentOf(old), contentOf(partner)));
        this.steps_.push(() => this.children_.inherit_(twin(partner), twin(old)));
      }
      if (this.equals_(partner, node) || !this.node_(partner, node)) return;
      touched = true;
      isLost ||= parentNode(partner) == copy && isAstray(partner, parent, node);
    });
    return touched;
  }

  private reorder_(copy: Node, stale: Node[], list: Node[]): void {
    for (const node of stale) {
      if (parentNode(node) == copy) removeChild(copy, node);
      if (!this.pairing_.partners_.has(node)) this.gone_.push(node);
    }
    settle(copy, list, (node, next) => insertBefore(copy, node, next));
  }

  /** Gives the new node at `i` of `news` a copy; the shell of one that is to hold nodes that are there already, in whose place comes what is to be in it. */
  private create_(news: Node[], i: number): Node {
    const now = news[i]!;
    const holds = this.pairing_.holds_(now);
    if (holds) move(now, (news[i] = cloneNode(now, false)));
    const copy = cloneNode(now);
    pair(copy, now);
    return copy;
  }

  private equals_(copy: Node, now: Node): boolean {
    const { opaque_ } = this;
    return isEqualNode(copy, now) && !(opaque_ && isElement(now) && (call(now, 'matches', opaque_) || select(now, opaque_)[0]));
  }
}

/** Whether a changed child isn't where its change could be shown. */
function isAstray(copy: Node, parent: Node, now: Node): boolean {
  const live = twin(copy);
  if (isElement(live)) return !seat(live, parent) && !read(live, 'isConnected');
  const text = nodeValue(live);
  return parentNode(live) != parent || (text != nodeValue(copy) && text != nodeValue(now));
}
