// All tests in this folder, three files at a time, since they wait as much as they work: `node tests/browser/run.mjs`. The longest begin first, so that none
// goes on alone at the end.
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LONGEST = ['narrow', 'fields-table', 'morph-random', 'three-way', 'cases-events', 'cases-queue', 'gallery-account', 'patch-costs', 'cases-bad-input'];

const names = readdirSync(HERE).filter((name) => name.endsWith('.test.mjs'));
const place = (name) => (LONGEST.indexOf(name.replace('.test.mjs', '')) + 1 || Infinity);
const files = names.sort((a, b) => (place(a) === place(b) ? a.localeCompare(b) : place(a) - place(b))).map((name) => HERE + name);

run({ files, concurrency: 3 })
  .on('test:fail', () => (process.exitCode = 1))
  .compose(new Spec())
  .pipe(process.stdout);
