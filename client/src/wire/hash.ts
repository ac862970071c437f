// The hash by which both ends tell whether they hold the same HTML, see WIRE.md.

const mix = (word: number) => Math.imul(((word = Math.imul(word, 0xcc9e2d51)) << 15) | (word >>> 17), 0x1b873593);
const step = (hash: number, word: number) => (Math.imul(((hash ^= mix(word)) << 13) | (hash >>> 19), 5) - 0x19ab949c) | 0;

/** The hashes of `bytes`, unsigned, by their seeds. They start their buffer, and the platform is little-endian, as every browser's is. */
export function hasher(bytes: Uint8Array): (seed: number) => number {
  const end = bytes.length;
  const words = new Int32Array(bytes.buffer, 0, end >> 2);
  let [i, a, b, c, d, last] = [0, 0, 0, 0, 0, 0];
  while (i < words.length - 3) {
    a = step(a, words[i++]!);
    b = step(b, words[i++]!);
    c = step(c, words[i++]!);
    d = step(d, words[i++]!);
  }
  for (let i = end & -4; i < end; i++) last |= bytes[i]! << (i * 8);
  // What the loop works on isn't in the closure: it would be far slower.
  const digest = [a, b, c, d, ...words.subarray(i)];
  return (seed) => {
    let hash = digest.reduce(step, seed) ^ mix(last) ^ end;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
}
