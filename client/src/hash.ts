// xxh32, by which both ends tell whether they hold the same HTML.

const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P1 = 0x9e3779b1;

// One step of every kind; what it works on is in locals, as an array or a closure would take twenty times as long.
const step = (hash: number, word: number, times: number, bits: number, then: number): number =>
  Math.imul(((hash += Math.imul(word, times)) << bits) | (hash >>> (32 - bits)), then);

/** The 32-bit hash of `bytes`, unsigned. They start their buffer, and the platform is little-endian, as every browser's is. */
export function xxh32(bytes: Uint8Array, seed: number): number {
  const end = bytes.length;
  const words = new Int32Array(bytes.buffer, 0, end >> 2);
  let at = 0;
  let hash = seed + 0x165667b1;
  if (end > 15) {
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    for (; at < words.length - 3; at += 4) {
      a = step(a, words[at]!, P2, 13, P1);
      b = step(b, words[at + 1]!, P2, 13, P1);
      c = step(c, words[at + 2]!, P2, 13, P1);
      d = step(d, words[at + 3]!, P2, 13, P1);
    }
    hash = step(a, 0, 0, 1, 1) + step(b, 0, 0, 7, 1) + step(c, 0, 0, 12, 1) + step(d, 0, 0, 18, 1);
  }
  hash += end;
  for (; at < words.length; at++) hash = step(hash, words[at]!, P3, 17, 0x27d4eb2f);
  for (at *= 4; at < end; at++) hash = step(hash, bytes[at]!, 0x165667b1, 11, P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
