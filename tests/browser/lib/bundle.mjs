// Bundles the client's TypeScript as its own build does.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** The client's sources. */
export const CLIENT = fileURLToPath(new URL('../../../client/src/', import.meta.url));

/** Bundles `source`, TypeScript whose imports start at `client/src/`, to the text of one iife. */
export async function bundle(source, { minify = false } = {}) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: CLIENT, loader: 'ts' },
    bundle: true,
    write: false,
    minify,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    mangleProps: /[^_]_$/,
    legalComments: 'none',
  });
  return outputFiles[0].text;
}

/** Bytes of `text` after gzip -9. */
export const gzipped = (text) => gzipSync(text, { level: 9 }).length;
