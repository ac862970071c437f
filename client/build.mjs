// Builds dist/ from src/. `--check` builds in memory and fails if the committed files differ.
import { createHash } from 'node:crypto';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

/** Bytes of live.js after brotli at its best. */
const LIMIT = 14_600;
/** Digits of a version. */
const VERSION_DIGITS = 8;

const here = new URL('./', import.meta.url);
const check = process.argv.includes('--check');
const parts = process.argv.includes('--parts');
let failed = false;

await mkdir(new URL('dist/', here), { recursive: true });
const live = await script('live');
await script('dev');
await deliver('live.version', Buffer.from(live.version));
if (parts) await weigh();
process.exit(failed ? 1 : 0);

/** Builds one script, says what it weighs, and delivers it. */
async function script(name) {
  const { code, version } = await bundle(name);
  const { gzip, brotli } = compressed(code);
  console.log(`dist/${name}.js  ${code.length} B raw, ${gzip.length} B gzip, ${brotli.length} B brotli`);
  if (name === 'live' && brotli.length > LIMIT) fail(`live.js is ${brotli.length - LIMIT} B over its limit of ${LIMIT} B brotli`);
  await deliver(`${name}.js`, code);
  await deliver(`${name}.js.gz`, gzip, gunzipSync);
  await deliver(`${name}.js.br`, brotli, brotliDecompressSync);
  return { version };
}

function compressed(code) {
  const brotli = brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
  return { gzip: gzipSync(code, { level: 9 }), brotli };
}

/** A script, with the digest of itself as its version. */
async function bundle(name, entry = `src/${name}.ts`) {
  const compile = async (version) => shrink(await compiled(entry, version));
  const version = createHash('sha256').update(await compile('')).digest('hex').slice(0, VERSION_DIGITS);
  return { code: await compile(version), version };
}

async function compiled(entry, version) {
  const { outputFiles } = await build({
    absWorkingDir: here.pathname,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: false, alwaysStrict: false } },
    define: { LIVE_VERSION: JSON.stringify(version) },
    charset: 'utf8',
    minifySyntax: true,
    mangleProps: /[^_]_$/,
    legalComments: 'none',
  });
  return outputFiles[0].text;
}

// terser's result is a twentieth smaller than esbuild's own.
async function shrink(text) {
  const { code } = await minify(text, {
    ecma: 2020,
    compress: {
      passes: 10,
      comparisons: false,
      unsafe: true,
      unsafe_math: true,
      unsafe_arrows: true,
      unsafe_comps: true,
      pure_getters: true,
      keep_fargs: false,
      hoist_funs: true,
    },
  });
  return Buffer.from(code);
}

/** Says what each folder takes of the script, minified. */
async function weigh() {
  const { metafile } = await build({
    absWorkingDir: here.pathname,
    entryPoints: ['src/live.ts'],
    bundle: true,
    write: false,
    minify: true,
    mangleProps: /[^_]_$/,
    define: { LIVE_VERSION: '""' },
    metafile: true,
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const folders = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const folder = path.split('/').slice(1, -1).join('/') || 'live';
    folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
  }
  for (const [folder, bytes] of [...folders].sort(([, a], [, b]) => b - a)) console.log(`  ${folder.padEnd(10)} ${bytes} B minified`);
}

/** Writes a file, or compares the committed one. What is compressed is compared by its content: the bytes depend on Node's version. */
async function deliver(name, content, decompressed = (bytes) => bytes) {
  const file = new URL(`dist/${name}`, here);
  if (!check) return writeFile(file, content);
  const same = await readFile(file).then((committed) => decompressed(committed).equals(decompressed(content))).catch(() => false);
  if (!same) fail(`${file.pathname} differs from its source: run node build.mjs`);
}

function fail(message) {
  console.error(message);
  failed = true;
}
