// The order of children.
import { nextSibling, parentNode } from '../dom/native';

/** Makes the first children of a node those in `list`. `put` moves one, or inserts it. */
export function settle(parent: Node, list: Node[], put: (node: Node, next: Node | null) => void): void {
  let next: Node | null = null;
  for (const node of list.toReversed()) {
    if (parentNode(node) != parent || nextSibling(node) != next) put(node, next);
    // It may have gone away by itself.
    if (parentNode(node) == parent) next = node;
  }
}

/** As many of `nodes` as can be that are at increasing places: first of those that are pinned, then of the others. */
export function staying(nodes: Node[], placeOf: (node: Node) => number, isPinned: (node: Node) => boolean): Set<Node> {
  const places = nodes.map(placeOf);
  const indexes = [...places.keys()];
  const fixed = increasing(places, indexes.filter((i) => isPinned(nodes[i]!)));
  const agrees = (i: number) => fixed.every((at) => i == at || (i < at) == (places[i]! < places[at]!));
  return new Set(increasing(places, indexes.filter(agrees)).map((i) => nodes[i]!));
}

/** The longest run of `indexes` whose values increase. */
function increasing(values: number[], indexes: number[]): number[] {
  const ends: number[] = []; // ends[n]: the index of the smallest value that ends a run of n + 1 values
  const previous = new Map<number, number | undefined>();
  for (const i of indexes) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]!]! < values[i]!) low = middle + 1;
      else high = middle;
    }
    previous.set(i, ends[low - 1]);
    ends[low] = i;
  }
  const run = [];
  for (let at = ends.at(-1); at != null; at = previous.get(at)) run.push(at);
  return run;
}
