// Text that two sides change: where the caret goes, and what was typed since. Offsets are UTF-16 units, as those of the DOM.

import { commonEnds } from '../patch/text';

const COUNTED = /[\p{L}\p{N}]/gu;

const count = (text: string): number => text.match(COUNTED)?.length ?? 0;

/** The offset in `to` that stands for `offset` in `from`: after the same count of letters and digits. An end stays the end. */
function mapOffset(from: string, to: string, offset: number): number {
  if (offset >= from.length) return to.length;
  if (to.startsWith(from.slice(0, offset))) return offset;
  let left = count(from.slice(0, offset));
  if (!left) return 0;
  for (const { index, 0: character } of to.matchAll(COUNTED)) if (!--left) return index + character.length;
  return to.length;
}

/** A changed text, and the offset in it that stands for one in the previous text. */
export interface Rebased {
  text: string;
  place(offset: number): number;
}

/** Applies to `server` what turned `then` into `now`: what was typed since, on top of what the server made of the text. */
export function rebase(then: string, now: string, server: string): Rebased {
  const [start, tail] = commonEnds(then, now);
  const end = now.length - tail;
  const from = mapOffset(then, server, start);
  const to = Math.max(from, mapOffset(then, server, then.length - tail));
  const text = server.slice(0, from) + now.slice(start, end) + server.slice(to);
  const place = (offset: number): number =>
    offset < start ? mapOffset(then, server, offset) : offset <= end ? from + offset - start : text.length - (now.length - offset);
  return { text, place };
}
