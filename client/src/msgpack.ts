// msgpack as the wire uses it: everything but extensions when decoding; unsigned integers, strings, bytes, nil and arrays when
// encoding. Integers beyond 2^53 lose precision, as in JSON.

/** A map: an object without a prototype, and without the keys that could pollute one. */
export interface Dictionary {
  [key: string]: unknown;
}

/** What a frame from the browser may hold. */
export type Encodable = number | string | null | Uint8Array | readonly Encodable[];

const MAX_DEPTH = 8;
const DROPPED = /^(__proto__|constructor|prototype)$/;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Text as UTF-8. */
export const toBytes = (text: string): Uint8Array => encoder.encode(text);

/** UTF-8 as text; throws where it isn't UTF-8. */
export const toText = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Decodes the one value that fills `bytes`; throws on whatever the wire refuses. */
export function decode(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;

  // A read past the end throws; so a declared length is never believed before its bytes were seen.
  const uint = (size: number): number => {
    let n = 0;
    while (size--) n = n * 256 + view.getUint8(at++);
    return n;
  };
  const int = (size: number): number => {
    const n = uint(size);
    const limit = 2 ** (8 * size);
    return n < limit / 2 ? n : n - limit;
  };
  const bin = (size: number): Uint8Array => {
    const part = bytes.subarray(at, (at += size));
    return part.length < size ? refuse() : part;
  };
  const array = (size: number, depth: number): unknown[] => {
    const items = [];
    if (depth > MAX_DEPTH) refuse();
    while (size--) items.push(value(depth + 1));
    return items;
  };
  const value = (depth: number): unknown => {
    const b = uint(1);
    const size = 1 << (b & 3);
    if (b < 0x80) return b;
    if (b < 0x90) return toMap(array((b & 15) * 2, depth));
    if (b < 0xa0) return array(b & 15, depth);
    if (b < 0xc0) return toText(bin(b & 31));
    if (b > 0xdf) return b - 256;
    if (b == 0xc0) return null;
    if (b > 0xdd) return toMap(array(uint(size / 2) * 2, depth));
    if (b > 0xdb) return array(uint(size * 2), depth);
    if (b > 0xd8) return toText(bin(uint(size / 2)));
    if (b > 0xd3) return refuse();
    if (b > 0xcf) return int(size);
    if (b > 0xcb) return uint(size);
    if (b == 0xcb) return view.getFloat64((at += 8) - 8);
    if (b == 0xca) return view.getFloat32((at += 4) - 4);
    if (b > 0xc6 || b == 0xc1) return refuse();
    return b > 0xc3 ? bin(uint(size)) : b == 0xc3;
  };

  const result = value(1);
  return at < bytes.length ? refuse() : result;
}

function toMap(entries: unknown[]): Dictionary {
  const map: Dictionary = Object.create(null);
  const keys = new Set<unknown>();
  for (let i = 0; i < entries.length; i += 2) {
    const key = entries[i];
    if (typeof key != 'string' || keys.has(key)) refuse();
    keys.add(key);
    if (!DROPPED.test(key as string)) map[key as string] = entries[i + 1];
  }
  return map;
}

/** Encodes in the shortest form. */
export function encode(value: Encodable): Uint8Array {
  const out: number[] = [];
  const head = (n: number, fixed: number, fixedLimit: number, code: number): void => {
    if (n < fixedLimit) {
      out.push(fixed | n);
      return;
    }
    const size = n > 0xffff ? 2 : n > 0xff || code == ARRAY ? 1 : 0;
    out.push(code + size);
    for (let shift = (8 << size) - 8; shift >= 0; shift -= 8) out.push((n >>> shift) & 255);
  };
  const write = (item: Encodable): void => {
    if (item === null) out.push(0xc0);
    else if (typeof item == 'number') head(item, 0, 128, 0xcc);
    else if (item instanceof Uint8Array) bytes(item, 0, 0, 0xc4);
    else if (typeof item == 'string') bytes(toBytes(item), 0xa0, 32, 0xd9);
    else {
      head(item.length, 0x90, 16, ARRAY);
      item.forEach(write);
    }
  };
  const bytes = (data: Uint8Array, fixed: number, fixedLimit: number, code: number): void => {
    head(data.length, fixed, fixedLimit, code);
    for (const byte of data) out.push(byte);
  };

  write(value);
  return new Uint8Array(out);
}

const ARRAY = 0xdb; // an array has no form with a length of one byte

function refuse(): never {
  throw Error('malformed frame');
}
