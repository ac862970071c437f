// Puts children on the page where the server has them. What the server did not move stays where others put it.
import { call, childrenOf, insertBefore, isElement, nextSibling, parentNode, read, removeChild, select } from '../dom/native';
import { focused } from './focus';
import { homeOf, twin } from './memory';
import { settle, staying } from './order';

// What loses its state where it is taken out and put in again.
const PINNED = 'iframe,audio,video,:modal,:popover-open';

type Mover = (node: Node, next: Node | null) => void;

export const areSame = (some: Node[], others: Node[]): boolean => some.length == others.length && some.every((node, i) => node == others[i]);

/** The child of `parent` that is `node`, or that others put around it; nothing if it is elsewhere. */
export function seat(node: Node, parent: Node): Node | undefined {
  for (let at = node, up; (up = parentNode(at)); at = up) {
    if (up == parent) return at;
    if (twin(up)) return undefined;
  }
  return undefined;
}

export class Children {
  /** What has to go once all else is in its place: the server's nodes that are in it stay. */
  private late_: Node[] = [];

  /** Makes the server's children of a node, which were `olds`, those in `list`; and the only ones, if it `isLost` where changes belong. */
  arrange_(parent: Node, olds: Node[], list: Node[], isLost: boolean): void {
    const wanted = new Set(list);
    const known = new Set(olds);
    const stale = new Set(olds.filter((node) => !wanted.has(node)));
    let tail = behind([...stale], parent);
    while (tail && stale.has(tail)) tail = nextSibling(tail);
    // One that has a twin goes to another parent.
    for (const node of stale) if (!twin(node)) this.drop_(node);
    if (isLost) return this.exactly_(parent, list);

    const moving = movingOf(parent, olds.filter((node) => wanted.has(node)), list.filter((node) => known.has(node)));
    const stays = (node: Node) => known.has(node) && !moving.has(node);
    let next: Node | null | undefined;
    for (const [i, node] of [...list.entries()].reverse()) {
      if (stays(node)) {
        next = seat(node, parent) ?? next;
        continue;
      }
      if (!next || parentNode(next) != parent) next = placeIn(parent, list.slice(0, i).filter(stays), list.slice(i + 1));
      this.place_(parent, node, next === undefined ? tail : next);
      next = node;
    }
  }

  /** Gives what is in one node to another. */
  inherit_(heir: Node, old: Node): void {
    for (const node of childrenOf(old)) this.place_(heir, node, null);
  }

  /** Takes a node out, but none of the server's. */
  drop_(node: Node): void {
    if (serversIn(node)[0]) this.late_.push(node);
    else remove(node);
  }

  finish_(): void {
    for (const node of this.late_) {
      for (const each of serversIn(node)) this.return_(each);
      if (!twin(node)) remove(node);
    }
  }

  private exactly_(parent: Node, list: Node[]): void {
    const wanted = new Set(list);
    for (const node of childrenOf(parent)) if (!wanted.has(node)) this.drop_(node);
    settle(parent, list, (node, next) => this.place_(parent, node, next));
  }

  private place_(parent: Node, node: Node, next: Node | null | undefined): void {
    // Others moved the parent into the node: it has to leave that first.
    for (let at = parent; at != node && call(node, 'contains', at); at = parentNode(at)!) {
      const home = homeOf(at);
      if (home && home != parentNode(at) && !call(node, 'contains', home)) this.return_(at);
    }
    const target = () => (next && parentNode(next) == parent ? next : null);
    const isMove = isElement(parent) && read(parent, 'isConnected') && read(node, 'isConnected');
    try {
      if (isMove && mover()) mover()!.call(parent, node, target());
      else insertBefore(parent, node, target());
    } catch {
      // Handlers of blur may have changed the page in between.
      insertBefore(parent, node, target());
    }
  }

  /** Brings a node back to where the server has it. */
  private return_(node: Node): void {
    const home = homeOf(node);
    if (!home || home == parentNode(node)) return;
    const siblings = childrenOf(parentNode(twin(node))!).map(twin);
    const i = siblings.indexOf(node);
    this.place_(home, node, placeIn(home, siblings.slice(0, i), siblings.slice(i + 1)));
  }
}

/** The outermost of the server's nodes in a node, itself included. */
const serversIn = (node: Node): Node[] => (twin(node) ? [node] : childrenOf(node).flatMap(serversIn));

/** Takes a node out, even if a handler of blur moves it meanwhile. */
function remove(node: Node): void {
  for (let tries = 2, parent; tries-- && (parent = parentNode(node)); )
    try {
      removeChild(parent, node);
    } catch {
      // It was moved.
    }
}

/** What a node between these others goes before: null is the end; undefined if none of them is here. */
function placeIn(parent: Node, olders: Node[], followers: Node[]): Node | null | undefined {
  for (const node of followers) {
    const place = seat(node, parent);
    if (place) return place;
  }
  return behind(olders, parent);
}

/** What is behind all of `nodes` that are here; undefined if none is. */
function behind(nodes: Node[], parent: Node): Node | null | undefined {
  const seats = new Set(nodes.map((node) => seat(node, parent)));
  const last = childrenOf(parent).findLast((node) => seats.has(node));
  return last && nextSibling(last);
}

/** Which children have to move, since the server has them in another order. */
function movingOf(parent: Node, before: Node[], now: Node[]): Set<Node> {
  // Outside of the stretch that changed the order may be others'.
  while (now.length && before[0] == now[0]) before.shift(), now.shift();
  while (now.length && before.at(-1) == now.at(-1)) before.pop(), now.pop();
  if (!now.length) return new Set();
  const places = new Map(childrenOf(parent).map((node, i) => [node, i]));
  const placeOf = (node: Node) => places.get(seat(node, parent)!)!;
  const active = focused();
  // Moving takes the caret from editable text even with moveBefore; without it, much more. What others have put something around stays.
  const isPinned = (node: Node) => !places.has(node) || call(node, 'contains', active) || (!mover() && hasState(node));
  const stay = staying(now.filter((node) => seat(node, parent)), placeOf, isPinned);
  return new Set(now.filter((node) => places.has(node) && !stay.has(node)));
}

/** Looked up anew: tests take it away. */
const mover = (): Mover | undefined => (Element.prototype as { moveBefore?: Mover }).moveBefore;

const hasState = (node: Node): boolean =>
  isElement(node) &&
  [node, ...select(node, '*')].some((each) => call(each, 'matches', PINNED) || read(each, 'scrollTop') || call(each, 'getAnimations')[0]);
