// The page of the three-way test: episodes of a server, of others, and of a subject that patches. Its source is bundled.
import { Memory } from '../../../client/src/patch/memory';
import { Patcher } from '../../../client/src/patch/patcher';
import { policy } from '../../../client/src/dom/trusted';
import { morph } from './two-way';
import { generator, Markup } from './three-way-server.mjs';
import { Others } from './three-way-others.mjs';
import { Oracle } from './three-way-oracle.mjs';

const inert = document.implementation.createHTMLDocument();
const parse = (html) => {
  const root = inert.createElement('div');
  root.innerHTML = policy.createHTML(html);
  return root;
};

/** The patchers under test: the client's, the previous two-way morph, and one that does nothing. */
const SUBJECTS = {
  'three-way': (root) => {
    const patcher = new Patcher(new Memory(root));
    return (html) => patcher.inner(root, html);
  },
  'two-way': (root) => (html) => morph(root, html),
  nothing: () => () => {},
};

Others.prototype.define();

/** Runs episodes of `steps` patches from `seed` on; the first failure as text, or null. */
window.runEpisodes = async ({ subject, seed, episodes, steps }) => {
  for (let i = 0; i < episodes; i++) {
    const problem = await episode(subject, seed + i, steps);
    if (problem) return `SEED=${seed + i}: ${problem}`;
  }
  return null;
};

async function episode(subject, seed, steps) {
  const random = generator(seed);
  document.body.replaceChildren();
  const root = document.body.appendChild(document.createElement('div'));
  const aside = document.body.appendChild(document.createElement('aside'));
  const others = (customElements.others = new Others(random, root, aside));
  const markup = new Markup(random, seed % 2 === 1);
  const patch = SUBJECTS[subject](root);
  const oracle = new Oracle(root, others, parse);
  const told = [];
  for (let step = 0; step < steps; step++) {
    if (step) {
      for (let left = random(5); left--; ) {
        others.act();
        // The observer is called at times, as between tasks.
        if (!random(3)) await null;
      }
      markup.edit();
    }
    const html = markup.html();
    oracle.note();
    const before = window.debugging && root.outerHTML + aside.innerHTML;
    try {
      patch(html);
    } catch (error) {
      return `step ${step} throws ${error.stack}`;
    }
    const problem = oracle.judge(html);
    if (window.debugging) told.push(`\n-- server  ${html}\n   page    ${before}\n   after   ${root.outerHTML}${aside.innerHTML}\n   others  ${others.log.splice(0).join('; ')}`);
    if (problem && window.debugging) window.failed = { root, aside, others, oracle };
    if (problem) return `step ${step}, ${problem}${told.slice(-2).join('')}`;
    if (oracle.ambiguous) return null;
    for (const host of root.querySelectorAll('[data-lv-region]')) if (!host.firstChild) host.append('content', document.createElement('i'));
    if (!random(10)) await null;
  }
  return null;
}
