// Bundles the client's TypeScript as its own build does.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The client's sources. */
export const CLIENT = fileURLToPath(new URL('../../../client/src/', import.meta.url));

/** Bundles `source`, TypeScript whose imports start at `client/src/`, to the text of one iife. */
export async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: CLIENT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    mangleProps: /[^_]_$/,
    legalComments: 'none',
  });
  return outputFiles[0].text;
}
