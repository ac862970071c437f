// Builds dist/ from src/. `--check` builds in memory and fails where the committed files differ.
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const LIMIT = 6100; // bytes of live.js after gzip -9
const here = new URL('./', import.meta.url);
const check = process.argv.includes('--check');
let failed = false;

await mkdir(new URL('dist/', here), { recursive: true });
for (const name of ['live', 'dev']) {
  const code = await bundle(name);
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`dist/${name}.js  ${code.length} B, gzip -9 ${size} B`);
  if (name === 'live' && size > LIMIT) fail(`live.js is ${size - LIMIT} B over its limit of ${LIMIT} B`);
  await deliver(new URL(`dist/${name}.js`, here), code);
}
process.exit(failed ? 1 : 0);

async function bundle(name) {
  const { outputFiles } = await build({
    absWorkingDir: here.pathname,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { strict: true, alwaysStrict: false } },
    charset: 'utf8',
    minifySyntax: true,
    mangleProps: /[^_]_$/,
    legalComments: 'none',
  });
  // terser's result is a twentieth smaller than esbuild's own.
  const { code } = await minify(outputFiles[0].text, {
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

async function deliver(file, code) {
  if (!check) return writeFile(file, code);
  const committed = await readFile(file).catch(() => Buffer.alloc(0));
  if (!committed.equals(code)) fail(`${file.pathname} differs from its source: run node build.mjs`);
}

function fail(message) {
  console.error(message);
  failed = true;
}
