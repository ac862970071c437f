// murmur3, by which both ends tell whether they hold the same HTML.

/** The 32-bit hash (MurmurHash3_x86_32) of `bytes`, unsigned. They start their buffer, and the platform is little-endian, as every browser's is. */
export function murmur3(bytes: Uint8Array, hash: number): number {
  const end = bytes.length;
  let last = 0;
  const mix = (word: number) => Math.imul(((word = Math.imul(word, 0xcc9e2d51)) << 15) | (word >>> 17), 0x1b873593);
  const words = new Int32Array(bytes.buffer, 0, end >> 2);
  for (let i = 0; i < words.length; i++) {const word=words[i]!;
    hash ^= mix(word);
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) - 0x19ab949c | 0;
  }
  for (let i = end & -4; i < end; i++) last |= bytes[i]! << (i * 8);
  hash ^= mix(last) ^ end;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
