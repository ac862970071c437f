// Puts children where the server has them. What the server did not move stays where others put it.
import { childrenOf, contains, insertBefore, isConnected, isElement, matches, nextSibling, parentNode, read, removeChild, select } from '../dom/native';
import { focused } from './focus';
import type { Memory } from './memory';
import { staying } from './order';
import type { Pairing } from './pairing';
import { areSame } from './view';

/** The server's children of a node, before and now. */
export interface Change {
  parent_: Node;
  olds_: Node[];
  list_: Node[];
  /** Whether it can't be said where the changes belong: then the children are exactly the new ones. */
  lost_: boolean;
}

// What loses its state where it is taken out and put in again.
const PINNED = 'iframe,audio,video,:modal,:popover-open';

export class Children {
  private readonly gone_: Node[] = [];
  private readonly ours_ = new Set<Node>();
  /** Nodes that were brought back; among children that move as well they are placed once more. */
  private readonly returned_ = new Set<Node>();

  constructor(
    private readonly memory_: Memory,
    private readonly pairing_: Pairing,
    /** The server's new lists of children. */
    private readonly lists_: Map<Node, Node[]>,
  ) {}

  /** Whether the patch has moved a node. */
  isOurs_(node: Node): boolean {
    return this.ours_.has(node);
  }

  /** Makes the server's children of a node the new ones. */
  arrange_(change: Change): void {
    const { parent_: parent, olds_: olds, list_: list, lost_: lost } = change;
    const known = new Set(olds);
    const wanted = new Set(list);
    const stale = new Set(olds.filter((node) => !wanted.has(node)));
    let tail = this.behind_([...stale], parent);
    while (tail && stale.has(tail)) tail = nextSibling(tail);
    stale.forEach((node) => this.drop_(node));
    if (lost) for (const node of childrenOf(parent)) if (!wanted.has(node)) this.expel_(node, parent);

    const moving = this.moving_(change, known, wanted);
    const stays = (node: Node) => known.has(node) && !moving.has(node) && !this.returned_.has(node);
    let next: Node | null | undefined;
    for (let i = list.length; i--; ) {
      const node = list[i]!;
      if (stays(node)) {
        next = this.memory_.seat_(node, parent) ?? next;
        continue;
      }
      // Before the next one of the server's; else behind all of them; else where the old ones were.
      if (!next || parentNode(next) != parent) next = this.next_(list, i + 1, parent);
      if (next === undefined) next = this.behind_(list.slice(0, i).filter(stays), parent);
      if (next === undefined) next = tail;
      this.place_(parent, node, next ?? null);
      next = node;
    }
  }

  /** Gives the content of a host to the one that takes its place. */
  inherit_(host: Node, old: Node): void {
    for (const node of childrenOf(old)) this.place_(host, node, null);
    this.remove_(old);
  }

  finish_(): void {
    this.gone_.forEach((node) => this.remove_(node));
  }

  /** Where the first of `list` from `i` on is. */
  private next_(list: Node[], i: number, parent: Node): Node | undefined {
    for (; i < list.length; i++) {
      const seat = this.memory_.seat_(list[i]!, parent);
      if (seat) return seat;
    }
    return undefined;
  }

  /** What is behind all of `list` that are in their place; undefined if none is. */
  private behind_(list: Node[], parent: Node): Node | null | undefined {
    const seatOf = (node: Node) => this.memory_.seat_(node, parent);
    let last: Node | null = null;
    for (let i = list.length; i-- && !last; ) last = seatOf(list[i]!);
    if (!last) return undefined;
    if (!nextSibling(last)) return null;
    // Others may have put earlier ones behind the last.
    const seats = new Set(list.map(seatOf));
    for (let at = nextSibling(last); at; at = nextSibling(at)) if (seats.has(at)) last = at;
    return nextSibling(last);
  }

  /** Those that have to move, since the server has them in another order. */
  private moving_({ parent_: parent, olds_: olds, list_: list, lost_: lost }: Change, known: Set<Node>, wanted: Set<Node>): Set<Node> {
    let before = olds.filter((node) => wanted.has(node));
    let now = list.filter((node) => known.has(node));
    if (!lost) {
      if (areSame(before, now)) return new Set();
      while (before[0] == now[0]) before.shift(), now.shift();
      while (before.at(-1) == now.at(-1)) before.pop(), now.pop();
    }
    const places = new Map(childrenOf(parent).map((node, i) => [node as Node, i]));
    const seated = now.filter((node) => !this.returned_.has(node) && this.memory_.seat_(node, parent));
    // What others have put something around stays. Moving takes the caret from editable text even with moveBefore; without it, much more.
    const active = focused();
    const pinned = (node: Node) => !places.has(node) || contains(node, active) || (!mover() && hasState(node));
    const stay = staying(seated, seated.map((node) => places.get(this.memory_.seat_(node, parent)!)!), pinned);
    return new Set(now.filter((node) => !stay.has(node) && (lost || places.has(node))));
  }

  private place_(parent: Node, node: Node, next: Node | null): void {
    if (this.memory_.home_(node) != parent) this.memory_.leave_(node);
    this.ours_.add(node);
    if (contains(node, parent)) this.free_(parent, node);
    const seat = () => (next && parentNode(next) == parent ? next : null);
    const move = isElement(parent) && isConnected(parent) && isConnected(node) ? mover() : undefined;
    try {
      if (move) move.call(parent, node, seat());
      else insertBefore(parent, node, seat());
    } catch {
      // Handlers of blur may have changed the page in between.
      insertBefore(parent, node, seat());
    }
  }

  /** Takes `inner`, which others moved into `node`, out of it again. */
  private free_(inner: Node, node: Node): void {
    for (let at = inner; at != node; at = parentNode(at)!) {
      const home = this.memory_.home_(at);
      if (home && home != parentNode(at) && !contains(node, home)) return this.return_(at, home);
    }
  }

  /** Takes out a child that the server has no more, unless it goes to another parent. */
  private drop_(node: Node): void {
    if (this.pairing_.stays_(node)) return;
    // What stays in it has to leave it first.
    if (this.pairing_.holds_(node)) this.gone_.push(node);
    else this.remove_(node);
  }

  /** Takes out a child that isn't the server's here. */
  private expel_(node: Node, parent: Node): void {
    const home = this.memory_.home_(node);
    if (home && home != parent) this.return_(node, home);
    else this.remove_(node);
  }

  /** Removes a node, with what others moved out of it, but without what they moved into it. */
  private remove_(node: Node): void {
    if (this.memory_.isStained_(node) || !this.memory_.owns_(node)) {
      this.giveBack_(node, node);
      this.takeAlong_(node);
    }
    this.ours_.add(node);
    for (let tries = 2, parent; tries-- && (parent = parentNode(node)); ) {
      try {
        removeChild(parent, node);
      } catch {
        // A handler of blur has moved it.
      }
    }
    this.memory_.leave_(node);
  }

  private giveBack_(node: Node, removed: Node): void {
    for (const child of childrenOf(node)) {
      const home = this.memory_.home_(child);
      if (home && !this.memory_.isIn_(child, removed)) this.return_(child, home);
      else this.giveBack_(child, removed);
    }
  }

  private takeAlong_(node: Node): void {
    for (const child of this.memory_.children_(node)) {
      if (this.pairing_.stays_(child)) continue;
      if (!contains(node, child)) this.remove_(child);
      else if (this.memory_.isStained_(child)) this.takeAlong_(child);
    }
  }

  /** Brings a node back to where the server has it. */
  private return_(node: Node, home: Node): void {
    const list = this.lists_.get(home) ?? this.memory_.children_(home);
    const i = list.indexOf(node);
    if (i < 0) return;
    this.returned_.add(node);
    this.place_(home, node, this.next_(list, i + 1, home) ?? this.behind_(list.slice(0, i), home) ?? null);
  }
}

/** Looked up anew: tests take it away. */
const mover = (): ((node: Node, next: Node | null) => void) | undefined => (Element.prototype as { moveBefore?: (node: Node, next: Node | null) => void }).moveBefore;

const hasState = (node: Node): boolean =>
  isElement(node) &&
  [node, ...select(node, '*')].some((each) => matches(each, PINNED) || read(each, 'scrollTop') || read(each, 'getAnimations').call(each)[0]);
