// The JSON debug mode, to and from the msgpack that live.js speaks. Bytes are `{"bin": "<base64>"}`.

export const toJson = (frame: unknown): string =>
  JSON.stringify(frame, (_, value) =>
    value instanceof Uint8Array ? { bin: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) } : value,
  );

export const fromJson = (text: string): unknown =>
  JSON.parse(text, (_, value) =>
    typeof value?.bin == 'string' ? Uint8Array.from(atob(value.bin), (char) => char.charCodeAt(0)) : value,
  );

/** Encodes what a frame may hold, each in its longest form. */
export function encodeAny(value: unknown): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const head = (code: number, length: number) => out.push(code, length >>> 24, length >>> 16, length >>> 8, length);
  const sized = (code: number, bytes: Uint8Array): void => {
    head(code, bytes.length);
    for (const byte of bytes) out.push(byte);
  };
  const put = (item: unknown): void => {
    if (item == null) out.push(0xc0);
    else if (typeof item == 'number') head(0xce, item);
    else if (typeof item == 'string') sized(0xdb, new TextEncoder().encode(item));
    else if (item instanceof Uint8Array) sized(0xc6, item);
    else if (Array.isArray(item)) {
      head(0xdd, item.length);
      item.forEach(put);
    }
  };
  put(value);
  return new Uint8Array(out);
}
