/** Splits a stream into groups of `count` fields, each with its length before it: four bytes, little-endian. */
export async function* fieldsOf(stream, count) {
  let rest = Buffer.alloc(0);
  let group = [];
  for await (const chunk of stream) {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (at + 4 <= rest.length) {
      const end = at + 4 + rest.readUInt32LE(at);
      if (end > rest.length) break;
      group.push(rest.subarray(at + 4, end));
      at = end;
      if (group.length == count) {
        yield group;
        group = [];
      }
    }
    rest = rest.subarray(at);
  }
  if (rest.length || group.length) throw Error('the stream ends within a group');
}
