// xxh32, by which both ends tell whether they hold the same HTML.

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

const turn = (hash: number, bits: number, times: number): number =>
  Math.imul((hash << bits) | (hash >>> (32 - bits)), times);

/** The 32-bit hash of `bytes`, unsigned. */
export function xxh32(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length;
  let at = 0;
  let hash = seed + P5;
  if (end > 15) {
    // Locals, not an array or a closure: those take twenty times as long.
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    for (; at <= end - 16; at += 16) {
      a = turn(a + Math.imul(view.getInt32(at, true), P2), 13, P1);
      b = turn(b + Math.imul(view.getInt32(at + 4, true), P2), 13, P1);
      c = turn(c + Math.imul(view.getInt32(at + 8, true), P2), 13, P1);
      d = turn(d + Math.imul(view.getInt32(at + 12, true), P2), 13, P1);
    }
    hash = turn(a, 1, 1) + turn(b, 7, 1) + turn(c, 12, 1) + turn(d, 18, 1);
  }
  hash += end;
  for (; at <= end - 4; at += 4) hash = turn(hash + Math.imul(view.getInt32(at, true), P3), 17, P4);
  for (; at < end; at++) hash = turn(hash + Math.imul(bytes[at]!, P5), 11, P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
