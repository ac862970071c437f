// The client's delta and hash against the golden vectors, and against the core's on random cases: CASES (100000) from SEED (1).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import vm from 'node:vm';
import { bundle } from '../browser/lib/bundle.mjs';

const CASES = process.env.CASES ?? '100000';
const SEED = process.env.SEED ?? '1';

const source = `import { applyDelta } from './wire/delta'; import { hasher } from './wire/hash'; globalThis.client = { applyDelta, hasher };`;
vm.runInThisContext(await bundle(source));
const { applyDelta, hasher } = globalThis.client;

const vectors = JSON.parse(await readFile(new URL('vectors.json', import.meta.url), 'utf8'));
const bytes = (text) => new TextEncoder().encode(text);
const hex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));

/** Applies a delta to a copy of `old`; null where it is refused, and then nothing may have changed. */
function apply(old, delta) {
  const html = { buf: old.slice(), len: old.length };
  try {
    const hint = applyDelta(html, delta);
    return { hint, html: html.buf.subarray(0, html.len) };
  } catch (error) {
    assert.equal(error.message, 'malformed frame');
    assert.deepEqual(html, { buf: old, len: old.length });
    return null;
  }
}

for (const { name, old, delta, result, hint } of vectors.delta) {
  test(`delta vector: ${name}`, () => {
    const applied = apply(bytes(old), hex(delta));
    assert.equal(applied && new TextDecoder().decode(applied.html), result ?? null);
    if (applied) assert.deepEqual(applied.hint && [...applied.hint], hint ?? null);
  });
}

for (const { text, times, seed, hash } of vectors.hash) {
  test(`hash vector: ${times} × ${JSON.stringify(text)}, seed ${seed}`, () => {
    assert.equal(hasher(bytes(text.repeat(times)))(seed), hash);
  });
}

test(`${CASES} random cases from seed ${SEED}`, async () => {
  const args = ['run', '--quiet', '--release', '-p', 'wire-tests', '--example', 'cases', '--', CASES, SEED];
  const cases = spawn('cargo', args, { cwd: new URL('.', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(cases, 'exit');
  const seen = { agreed: 0, refused: 0, hinted: 0 };
  let rest = Buffer.alloc(0);
  for await (const chunk of cases.stdout) rest = runAll(Buffer.concat([rest, chunk]), seen);
  assert.deepEqual(await exit, [0, null]);
  assert.equal(rest.length, 0);
  assert.equal(seen.agreed, Number(CASES));
  assert.ok(seen.refused > seen.agreed / 10 && seen.hinted > seen.agreed / 20, JSON.stringify(seen));
  console.log(seen);
});

/** Runs the whole cases in `data`, and gives what is left. */
function runAll(data, seen) {
  for (let at = 0; ; ) {
    const fields = [];
    while (fields.length < 4) {
      const end = at + 4 <= data.length ? at + 4 + data.readUInt32LE(at) : Infinity;
      if (end > data.length) return data.subarray(at - fields.reduce((sum, field) => sum + 4 + field.length, 0));
      fields.push(data.subarray(at + 4, end));
      at = end;
    }
    runCase(fields, seen);
  }
}

function runCase([old, delta, hash, outcome], seen) {
  const which = `case ${seen.agreed}: delta ${delta.toString('hex')} of ${Buffer.from(old)}`;
  old = new Uint8Array(old);
  const applied = apply(old, delta);
  if (outcome.length) {
    assert.ok(applied, which);
    const hint = outcome.readInt32LE(0) < 0 ? null : [outcome.readInt32LE(0), outcome.readInt32LE(4)];
    assert.deepEqual(applied.hint && [...applied.hint], hint, which);
    assert.ok(outcome.subarray(8).equals(applied.html), which);
    seen.hinted += Boolean(hint);
  } else {
    assert.equal(applied, null, which);
    seen.refused++;
  }
  assert.equal(hasher(old)(0), hash.readUInt32LE(0), which);
  assert.equal(hasher(old)(hasher(bytes('name parent'))(0)), hash.readUInt32LE(4), which);
  seen.agreed++;
}
