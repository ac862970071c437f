// msgpack as the wire uses it: everything but extensions when decoding; unsigned integers, strings, bytes, nil and arrays when
// encoding. Integers beyond 2^53 lose precision, as in JSON.

/** A map: an object without a prototype, and without the keys that could pollute one. */
export type Dictionary = Record<string, unknown>;

/** What a frame from the browser may hold. */
export type Encodable = number | string | null | Uint8Array | readonly Encodable[];

const MAX_DEPTH = 8;
const DROPPED = /^(__proto__|constructor|prototype)$/;
const ARRAY = 0xdb; // one below its code of two bytes: an array has no length of one byte

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Text as UTF-8. */
export const toBytes = (text: string): Uint8Array => encoder.encode(text);

/** UTF-8 as text; throws where it isn't UTF-8. */
export const toText = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Throws what ends a connection: a frame that can't be the server's. */
export function refuse(): never {
  throw Error('malformed frame');
}

/** Decodes the one value that fills `buffer`; throws on whatever the wire refuses. */
export function decode(buffer: ArrayBuffer): unknown {
  const view = new DataView(buffer);
  let at = 0;

  // Reads past the end throw; so a declared length is never believed before its bytes were seen.
  const uint = (size: number): number => {
    let n = 0;
    while (size--) n = n * 256 + view.getUint8(at++);
    return n;
  };
  const int = (size: number): number => (uint(size) << (32 - 8 * size)) >> (32 - 8 * size);
  // Eight bytes in two halves: so only the sum is rounded.
  const number = (read: (size: number) => number, size: number): number =>
    size > 4 ? read(4) * 2 ** 32 + uint(4) : read(size);
  const bin = (size: number) => new Uint8Array(buffer, (at += size) - size, size);
  const text = (size: number) => toText(bin(size));
  const array = (size: number, depth: number): unknown[] => {
    const items = [];
    if (!depth) refuse();
    while (size--) items.push(value(depth - 1));
    return items;
  };
  const map = (size: number, depth: number): Dictionary => {
    const entries = array(size * 2, depth) as string[];
    const result: Dictionary = Object.create(null);
    while (size--) {
      const [key, item] = entries.splice(0, 2);
      if (typeof key != 'string' || key in result) refuse();
      if (!DROPPED.test(key!)) result[key!] = item;
    }
    return result;
  };
  const value = (depth: number): unknown => {
    const b = uint(1);
    const size = 1 << (b & 3);
    if (b < 0x80) return b;
    if (b < 0x90) return map(b & 15, depth);
    if (b < 0xa0) return array(b & 15, depth);
    if (b < 0xc0) return text(b & 31);
    if (b > 0xdf) return b - 256;
    if (b > 0xdd) return map(uint(size / 2), depth);
    if (b > 0xdb) return array(uint(size * 2), depth);
    if (b > 0xd8) return text(uint(size / 2));
    if (b > 0xd3) return refuse();
    if (b > 0xcb) return number(b > 0xcf ? int : uint, size);
    if (b > 0xca) return view.getFloat64((at += 8) - 8);
    if (b > 0xc9) return view.getFloat32((at += 4) - 4);
    if (b > 0xc6 || b == 0xc1) return refuse();
    return b > 0xc3 ? bin(uint(size)) : b > 0xc1 ? b > 0xc2 : null;
  };

  const result = value(MAX_DEPTH);
  return at < buffer.byteLength ? refuse() : result;
}

/** Encodes in the shortest form. */
export function encode(value: Encodable): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  // What is over 255 in an item is cut off by the array of bytes at the end.
  const head = (n: number, fixed: number, limit: number, code: number) =>
    out.push(
      ...(n < limit
        ? [fixed | n]
        : n < 256 && code != ARRAY
          ? [code, n]
          : n < 65536
            ? [code + 1, n >> 8, n]
            : [code + 2, n >> 24, n >> 16, n >> 8, n]),
    );
  const bytes = (data: Uint8Array, fixed: number, limit: number, code: number): void => {
    head(data.length, fixed, limit, code);
    for (const byte of data) out.push(byte);
  };
  const write = (item: Encodable): void => {
    if (item == null) out.push(0xc0);
    else if (typeof item == 'number') head(item, 0, 128, 0xcc);
    else if (typeof item == 'string') bytes(toBytes(item), 0xa0, 32, 0xd9);
    else if (item instanceof Uint8Array) bytes(item, 0, 0, 0xc4);
    else {
      head(item.length, 0x90, 16, ARRAY);
      item.forEach(write);
    }
  };

  write(value);
  return new Uint8Array(out);
}
