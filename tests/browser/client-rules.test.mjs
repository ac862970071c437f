// The rules of delivery that are the browser's alone: kept, and missed where they are broken on purpose.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bundle, CLIENT } from './lib/bundle.mjs';
import { becomes, live } from './client/tab.mjs';

const FIELD = (value) => `<form data-lv-change="edit"><input name="text" value="${value}"></form><b>${value}</b>`;

/** How each rule is checked: rejects where it is broken. */
const RULES = {
  async R12({ tab, connection }) {
    await tab.locator('input').fill('typed');
    await connection.event();
    connection.whole(0, ['', FIELD('from elsewhere')]);
    await becomes(tab, () => document.querySelector('b').textContent, 'from elsewhere');
    assert.equal(await tab.locator('input').inputValue(), 'typed');
  },
};

for (const rule of readFileSync(`${CLIENT}rules.ts`, 'utf8').match(/(?<=export const )\w+/g)) {
  test(`${rule} is kept`, live(FIELD(''), RULES[rule]));

  test(`${rule}, broken, is noticed`, async () => {
    const code = await bundle("import './live'", rule);
    await assert.rejects(live(FIELD(''), RULES[rule], { code }), assert.AssertionError);
    console.log(`${rule} broken: noticed`);
  });
}
