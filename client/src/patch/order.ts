// The order of children.
import { firstChild, nextSibling } from '../dom/native';

/** Brings the children of a node, of which all are in `list`, into its order. `put` moves one, or inserts it. */
export function arrange(parent: Node, list: Node[], put: (node: Node, next: Node | null) => void): void {
  let at: Node | null = firstChild(parent);
  for (const node of list) {
    // It comes later: what follows stays.
    if (at && at != node && nextSibling(at) == node) {
      put(at, null);
      at = node;
    }
    if (at == node) at = nextSibling(at);
    else put(node, at);
  }
}


/** The longest run of values that don't decrease among `values`, as indexes. */
export function increasing(values: number[]): Set<number> {
  const ends: number[] = []; // ends[n]: the index of the smallest value that ends a run of n + 1 values
  const previous: (number | undefined)[] = [];
  values.forEach((value, i) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]!]! <= value) low = middle + 1;
      else high = middle;
    }
    previous[i] = ends[low - 1];
    ends[low] = i;
  });
  const run = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) run.add(at);
  return run;
}

/** The most of `nodes`, in their new order, that are at increasing `places`; as many as can be of those that are `pinned`, and then of the others. */
export function staying(nodes: Node[], places: number[], pinned: (node: Node) => boolean): Set<Node> {
  const pins = nodes.flatMap((node, i) => (pinned(node) ? i : []));
  const run = increasing(pins.map((i) => places[i]!));
  const fixed = pins.filter((_, i) => run.has(i));
  // Others count only where they agree with all that are pinned.
  let low = -1;
  let ahead = 0;
  const able = nodes.flatMap((_, i) => {
    if (i == fixed[ahead]) (low = places[i]!), ahead++;
    else if (places[i]! < low || places[i]! > (places[fixed[ahead]!] ?? Infinity)) return [];
    return i;
  });
  const stay = increasing(able.map((i) => places[i]!));
  return new Set(able.filter((_, i) => stay.has(i)).map((i) => nodes[i]!));
}
