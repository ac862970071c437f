// Texts that share a beginning and an end.

import { nodeValue } from '../dom/native';

/** How many UTF-16 units two texts have in common at their start, and behind that at their end. */
export function commonEnds(one: string, other: string): [start: number, end: number] {
  const limit = Math.min(one.length, other.length);
  let start = 0;
  while (start < limit && one[start] == other[start]) start++;
  // Halves of a character stay together.
  if (start && /[\ud800-\udbff]/.test(one[start - 1]!)) start--;
  let end = 0;
  while (end < limit - start && one.at(-1 - end) == other.at(-1 - end)) end++;
  if (end && /[\udc00-\udfff]/.test(one.at(-end)!)) end--;
  return [start, end];
}

/** Gives a node another text. A selection in the part that stays the same stays as well. */
export function writeText(node: Node, text: string): void {
  const shown = nodeValue(node)!;
  if (shown == text) return;
  const [start, end] = commonEnds(shown, text);
  CharacterData.prototype.replaceData.call(node, start, shown.length - start - end, text.slice(start, text.length - end));
}
