// Text that two sides change: where the caret goes, and what was typed since. Offsets are UTF-16 units, as those of the DOM.

const COUNTED = /[\p{L}\p{N}]/gu;

const count = (text: string): number => text.match(COUNTED)?.length ?? 0;

/** The offset in `to` that stands for `offset` in `from`: after the same count of letters and digits. An end stays the end. */
export function mapOffset(from: string, to: string, offset: number): number {
  if (offset >= from.length) return to.length;
  if (to.startsWith(from.slice(0, offset))) return offset;
  let left = count(from.slice(0, offset));
  if (!left) return 0;
  for (const { index, 0: character } of to.matchAll(COUNTED)) if (!--left) return index + character.length;
  return to.length;
}

/** A text, and where in it an offset of the text before has gone. */
export interface Moved {
  from: string;
  text: string;
  place(offset: number): number;
}

/** Text that the server made anew from `from`. */
export const moved = (from: string, text: string): Moved => ({ from, text, place: (offset) => mapOffset(from, text, offset) });

/** Applies to `server` what turned `submitted` into `now`: what was typed after a submit, on top of what the server made of it. */
export function rebase(submitted: string, now: string, server: string): Moved {
  const limit = Math.min(submitted.length, now.length);
  let start = 0;
  while (start < limit && submitted[start] == now[start]) start++;
  let tail = 0;
  while (tail < limit - start && submitted.at(-1 - tail) == now.at(-1 - tail)) tail++;
  const end = now.length - tail;
  const isSame = server == submitted;
  const from = isSame ? start : mapOffset(submitted, server, start);
  const to = isSame ? submitted.length - tail : Math.max(from, mapOffset(submitted, server, submitted.length - tail));
  const text = server.slice(0, from) + now.slice(start, end) + server.slice(to);
  const place = (offset: number): number =>
    offset < start ? mapOffset(submitted, server, offset) : offset <= end ? from + offset - start : text.length - (now.length - offset);
  return { from: now, text, place };
}
