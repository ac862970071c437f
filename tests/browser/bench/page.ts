// The page of the bench: each way to patch, under the same parser. It is bundled.
import morphdom from 'morphdom';
import { Idiomorph } from 'idiomorph/dist/idiomorph.esm.js';
import { Defaults } from '../lib/defaults';
import { Memory } from '../../../client/src/patch/memory';
import { Patcher } from '../../../client/src/patch/patcher';
import { parse } from '../../../client/src/dom/trusted';
import { morph } from '../lib/two-way';

/** One state of a page, and where a server would say that it changed. */
interface State {
  html: string;
  id?: string;
  inner?: string;
}

type Patch = (host: Element, state: State) => void;

const WAYS: Record<string, (host: Element) => Patch> = {
  'three-way': (host) => {
    const patcher = new Patcher(new Memory(host), new Defaults());
    return (_, { html }) => patcher.inner(host, html);
  },
  'three-way, 100 foreign changes': (host) => {
    const patcher = new Patcher(new Memory(host), new Defaults());
    const elements = host.querySelectorAll('*');
    return (_, { html }) => {
      // The first ones come after the first patch.
      if (!host.querySelector('.mine')) for (let i = 0; i < 100; i++) elements[Math.floor((i / 100) * elements.length)]!.classList.add('mine');
      patcher.inner(host, html);
    };
  },
  'two-way': () => (host, { html }) => void morph(host, html),
  morphdom: () => (host, { html }) => void morphdom(host, parse(host, html), { childrenOnly: true }),
  idiomorph: () => (host, { html }) => void Idiomorph.morph(host, parse(host, html).childNodes, { morphStyle: 'innerHTML' }),
  'three-way, one element': (host) => {
    const patcher = new Patcher(new Memory(host), new Defaults());
    return (_, { id, inner }) => patcher.inner(patcher.find(host, id!)!, inner!);
  },
  'two-way, one element': () => (host, { id, inner }) => {
    const [element, another] = host.querySelectorAll('#' + CSS.escape(id!));
    if (!another && element!.closest('[data-lv-region]') == host) morph(element!, inner!);
  },
};

const hosts = new Map<string, { host: Element; patch: Patch }>();
let states: [State, State];

/** A host in each way for one scene. */
function stage(tag: string, both: [State, State], ways: string[]): void {
  states = both;
  hosts.clear();
  document.body.replaceChildren();
  for (const way of ways) {
    const frame = document.body.appendChild(document.createElement('div'));
    const host = document.createElement(tag);
    host.setAttribute('data-lv-region', way);
    (tag == 'tbody' ? frame.appendChild(document.createElement('table')) : frame).append(host);
    morph(host, both[0].html);
    hosts.set(way, { host, patch: WAYS[way]!(host) });
  }
}

/** Patches so many times to and fro; what else it does takes no time beside that. */
function run(way: string, repeats: number): void {
  if (!repeats) return;
  const { host, patch } = hosts.get(way)!;
  for (let i = 0; i < repeats; i++) patch(host, states[(i + 1) % 2]!);
}

/** Throws if a host isn't in the first state. */
function check(way: string): void {
  const shown = hosts.get(way)!.host.cloneNode(true) as Element;
  for (const each of shown.querySelectorAll('.mine')) each.removeAttribute('class');
  if (!shown.isEqualNode(parse(shown, states[0].html))) throw Error(`${way} is wrong`);
}

Object.assign(window, { stage, run, check });
