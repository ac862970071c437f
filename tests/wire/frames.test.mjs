// The client's msgpack against the golden vectors, and against the core's on random frames, half of them damaged: CASES (100000) from
// SEED (1).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import vm from 'node:vm';
import { bundle } from '../browser/lib/bundle.mjs';
import { fieldsOf } from './fields.mjs';

const CASES = process.env.CASES ?? '100000';
const SEED = process.env.SEED ?? '1';

vm.runInThisContext(await bundle(`import { decode, encode } from './wire/msgpack'; globalThis.client = { decode, encode };`));
const { encode } = globalThis.client;
/** Takes a whole buffer, as a WebSocket gives it. */
const decode = (frame) => globalThis.client.decode(Uint8Array.from(frame).buffer);
const vectors = JSON.parse(await readFile(new URL('vectors.json', import.meta.url), 'utf8'));
const hex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes) => Buffer.from(bytes).toString('hex');

/** As the JSON debug mode writes it. */
const json = (value) =>
  value instanceof Uint8Array ? { bin: Buffer.from(value).toString('base64') } : Array.isArray(value) ? value.map(json) : value;

const fromJson = (value) =>
  Array.isArray(value) ? value.map(fromJson) : value?.bin != null ? Uint8Array.from(Buffer.from(value.bin, 'base64')) : value;

for (const vector of vectors.frames) {
  test(`frame from the ${vector.direction}: ${vector.name}`, () => {
    assert.deepEqual(json(decode(hex(vector.hex))), vector.json);
    if (vector.direction == 'browser') assert.equal(toHex(encode(fromJson(vector.json))), vector.hex);
  });
}

// A browser takes the fields that it knows by their places, and leaves the others alone.
for (const vector of vectors.longer) {
  test(`ignored at the end, from the ${vector.direction}: ${vector.name}`, () => {
    const read = json(decode(hex(vector.hex)));
    assert.deepEqual(read, vector.json);
    if (vector.name.startsWith('command')) return;
    assert.ok(read.length > vector.as.length);
    assert.deepEqual(read.slice(0, vector.as.length), vector.as);
  });
}

// What is well-formed msgpack of the wrong shape is the server's to refuse; a browser trusts its server's shapes.
const malformed = /^(empty$|trailing|extension|array beyond|string beyond|the byte|nested|map in|bool|number below|signed|float)/;
for (const vector of vectors.refused.filter(({ direction, name }) => direction == 'server' && malformed.test(name))) {
  test(`refused: ${vector.name}`, () => assert.throws(() => decode(hex(vector.hex))));
}

test(`${CASES} random frames from seed ${SEED}`, async () => {
  const args = ['run', '--quiet', '--release', '-p', 'wire-tests', '--example', 'frames', '--', CASES, SEED];
  const cases = spawn('cargo', args, { cwd: new URL('.', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(cases, 'exit');
  const seen = { agreed: 0, refused: 0 };
  for await (const [frame, value] of fieldsOf(cases.stdout, 2)) {
    const which = `case ${seen.agreed}: ${toHex(frame)}`;
    assert.equal(read(frame), exact(value.toString()), which);
    if (!value.length) seen.refused++;
    seen.agreed++;
  }
  assert.deepEqual(await exit, [0, null]);
  assert.equal(seen.agreed, Number(CASES));
  assert.ok(seen.refused > seen.agreed / 10 && seen.refused < seen.agreed / 2, JSON.stringify(seen));
  console.log(seen);
});

/** What the client reads, as JSON; empty where it refuses. */
function read(frame) {
  try {
    return JSON.stringify(json(decode(frame)));
  } catch {
    return '';
  }
}

/** Numbers past 2^53 as JavaScript writes them. */
function exact(text) {
  return text && JSON.stringify(JSON.parse(text));
}
