// msgpack as the wire uses it: unsigned integers, strings, bytes, nil and arrays. Integers beyond 2^53 lose precision, as in JSON.

/** What a frame may hold. */
export type Encodable = number | string | null | Uint8Array | readonly Encodable[];

const MAX_DEPTH = 8;
const ARRAY = 0xdb; // one below its code of two bytes: an array has no length of one byte

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Text as UTF-8. */
export const toBytes = (text: string): Uint8Array => encoder.encode(text);

/** UTF-8 as text; throws where it isn't UTF-8. */
export const toText = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Throws where something can't be the server's. */
export function demand(fine?: unknown): void {
  if (!fine) throw Error('malformed frame');
}

/** Decodes the one value that fills `buffer`; throws on whatever the wire refuses. */
export function decode(buffer: ArrayBuffer): unknown {
  const view: any = new DataView(buffer);
  let at = 0;

  // Reads past the end throw; so a declared length is never believed before its bytes were seen.
  const uint = (size: number): number => Number(view[(size > 4 ? 'getBigUint' : 'getUint') + size * 8]((at += size) - size));
  const bin = (size: number) => new Uint8Array(buffer, (at += size) - size, size);
  const text = (size: number) => toText(bin(size));
  const value = (depth: number): unknown => {
    const array = (size: number): unknown[] => {
      const items = [];
      demand(depth);
      while (size--) items.push(value(depth - 1));
      return items;
    };
    const code = uint(1);
    if (code < 128) return code;
    if (code < 144) return demand();
    if (code < 160) return array(code & 15);
    if (code < 192) return text(code & 31);
    if (code < 193) return null;
    if (code < 196) return demand();
    if (code < 199) return bin(uint(1 << (code - 196)));
    if (code < 204) return demand();
    if (code < 208) return uint(1 << (code - 204));
    if (code < 217) return demand();
    if (code < 220) return text(uint(1 << (code - 217)));
    if (code < 222) return array(uint(2 << (code - 220)));
    return demand();
  };

  const result = value(MAX_DEPTH);
  demand(at == buffer.byteLength);
  return result;
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
      item.map(write);
    }
  };

  write(value);
  return new Uint8Array(out);
}
