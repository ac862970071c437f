// The delta: a region's new HTML told as copies of its old one and what was added (WIRE.md, "The delta").

import { demand } from './msgpack';

/** A region's HTML in UTF-8: the first `len` bytes of `buf`, which may have room for more. */
export interface Html {
  buf: Uint8Array;
  len: number;
}

/** Where the one element that encloses all changes starts and ends, in bytes of the new HTML. */
export type Hint = [start: number, end: number];

/**
 * Changes `html` by `delta`, and gives the server's hint. Throws where the delta is malformed; `html` is then as it was, and the
 * region has to be asked for whole.
 */
export function applyDelta(html: Html, delta: Uint8Array): Hint | null {
  const { buf, len } = html;
  const pieces: Uint8Array[] = []; // the new middle
  let at = 0;
  let cursor = 0;
  let kept = 0; // bytes at the start that stay where they are
  let size = 0; // of the new HTML so far

  const varint = (): number => {
    let value = 0;
    let shift = 0;
    let byte;
    do {
      demand(shift < 28);
      value |= ((byte = delta[at++]!) & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  const add = (from: Uint8Array, start: number, end: number): void => {
    pieces.push(from.slice(start, end));
    size += end - start;
  };

  const start = varint() - 1;
  const end = start < 0 ? 0 : start + varint();
  while (at < delta.length) {
    const op = varint();
    const kind = op & 3;
    const n = op >> 2;
    if (kind % 3) {
      add(delta, at, (at += n));
      if (kind > 1) cursor = Math.min(cursor + n, len);
    } else {
      if (kind) {
        const distance = varint();
        cursor += (distance >> 1) ^ -(distance & 1);
      }
      demand(cursor >= 0 && cursor + n <= len);
      if (size == cursor && size == kept) kept = size += n;
      else add(buf, cursor, cursor + n);
      cursor += n;
    }
  }

  // Past its end a delta reads as zeros.
  demand(at == delta.length && end <= size + len - cursor);
  html.len = size + len - cursor;
  if (html.len > buf.length) (html.buf = new Uint8Array(html.len * 1.25)).set(buf);
  html.buf.copyWithin(size, cursor, len);
  for (const piece of pieces) html.buf.set(piece, kept), (kept += piece.length);
  return start < 0 ? null : [start, end];
}
