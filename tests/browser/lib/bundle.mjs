// Bundles the client's TypeScript as its own build does.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The client's sources. */
export const CLIENT = fileURLToPath(new URL('../../../client/src/', import.meta.url));

/** Bundles `source`, TypeScript whose imports start at `client/src/`, to the text of one iife; with one rule of `client/src/rules.ts` broken, if it is named. */
export async function bundle(source, broken) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: CLIENT, loader: 'ts' },
    plugins: broken ? [breaking(broken)] : [],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    define: { LIVE_VERSION: '"00000000"' },
    mangleProps: /[^_]_$/,
    legalComments: 'none',
  });
  return outputFiles[0].text;
}

/** Turns a rule's switch off. */
const breaking = (rule) => ({
  name: 'breaking',
  setup: ({ onLoad }) =>
    onLoad({ filter: /client\/src\/rules\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(`${rule} = true`, `${rule} = false`);
      if (contents === source) throw new Error(`${path} has no switch for ${rule}`);
      return { contents, loader: 'ts' };
    }),
});
