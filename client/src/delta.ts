// The delta: a region's new HTML told as copies of its old one and what was added (WIRE.md, "The delta").

/** A region's HTML in UTF-8: the first `len` bytes of `buf`, which may have room for more. */
export interface Html {
  buf: Uint8Array;
  len: number;
}

/** Where the one element that encloses all changes starts and ends, in bytes of the new HTML. */
export type Hint = [start: number, end: number];

/** The changed middle while it is built; what is before and after it stays in the region's own buffer. */
let scratch: Uint8Array = new Uint8Array(4096);

/**
 * Changes `html` by `delta`, and gives the server's hint. Throws where the delta is malformed;
 * `html` is then as it was, and the region has to be asked for whole.
 */
export function applyDelta(html: Html, delta: Uint8Array): Hint | null {
  let at = 0;
  let cursor = 0;
  let kept = 0; // bytes at the start that stay where they are
  let built = 0; // bytes in `scratch`, which follow

  const varint = (): number => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      demand(at < delta.length && place < 2 ** 35);
      const byte = delta[at++]!;
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  };
  const add = (from: Uint8Array, start: number, end: number, n: number): void => {
    demand(n <= end - start);
    if (from == html.buf && start == kept && !built) kept += n;
    else {
      scratch = withRoom(scratch, built, built + n);
      scratch.set(from.subarray(start, start + n), built);
      built += n;
    }
  };

  const start = varint() - 1;
  const end = start < 0 ? 0 : start + varint();
  while (at < delta.length) {
    const op = varint();
    const kind = op & 3;
    const n = (op - kind) / 4;
    if (kind % 3) {
      add(delta, at, delta.length, n);
      at += n;
      if (kind > 1) cursor = Math.min(cursor + n, html.len);
    } else {
      if (kind) {
        const distance = varint();
        cursor += distance & 1 ? -(distance + 1) / 2 : distance / 2;
        demand(cursor >= 0 && cursor <= html.len);
      }
      add(html.buf, cursor, html.len, n);
      cursor += n;
    }
  }

  const len = kept + built + html.len - cursor;
  demand(end <= len);
  html.buf = withRoom(html.buf, html.len, len);
  html.buf.copyWithin(kept + built, cursor, html.len);
  html.buf.set(scratch.subarray(0, built), kept);
  html.len = len;
  return start < 0 ? null : [start, end];
}

const demand = (ok: boolean): void => {
  if (!ok) throw Error('delta');
};

/** `buf`, or a larger copy of its first `used` bytes where it hasn't room for `len`. */
const withRoom = (buf: Uint8Array, used: number, len: number): Uint8Array => {
  if (len <= buf.length) return buf;
  const larger = new Uint8Array(len * 1.25);
  larger.set(buf.subarray(0, used));
  return larger;
};
