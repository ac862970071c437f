// What records of an observer say of how nodes were.
import { childrenOf } from '../dom/native';

/** The name of the attribute that a record is of, as the parser writes it. */
export function qualified({ attributeName, attributeNamespace }: MutationRecord): string {
  return attributeNamespace ? `${/xlink|xmlns/.exec(attributeNamespace) ?? 'xml'}:${attributeName}` : attributeName!;
}

/** The children that a node had before all these changes: undone from the last one on, in a chain from each child to the next. */
export function before(parent: Node, changes: MutationRecord[]): Node[] {
  const next = new Map<Node | null, Node | null>(); // null is before the first, and behind the last
  let last: Node | null = null;
  for (const node of childrenOf(parent)) next.set(last, node), (last = node);
  next.set(last, null);
  for (const { previousSibling, removedNodes, nextSibling } of changes.reverse()) {
    last = previousSibling;
    for (const node of removedNodes) next.set(last, node), (last = node);
    next.set(last, nextSibling);
  }
  const list: Node[] = [];
  for (let at = next.get(null); at; at = next.get(at)) list.push(at);
  return list;
}
