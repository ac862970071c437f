// What went wrong, over the page: in a shadow root beside the live root, where neither the morph nor the page's styles reach it.

import { STYLE } from './overlay-style';

const MAX_ENTRIES = 20;
const MAX_TEXT = 50_000; // characters of one entry

const host = document.createElement('live-errors');
const shadow = host.attachShadow({ mode: 'open' });
const title = create('h2');
const list = create('ol');
/** Where the focus was before it came here. */
let before: HTMLElement | null = null;

build();

/** Shows an error before those that are there: its first line as a heading, the rest as it is. One that is there already is counted. */
export function showError(told: string): void {
  const text = told.slice(0, MAX_TEXT);
  const known = [...list.children].find((entry) => (entry as HTMLElement).dataset.text == text) as HTMLElement | undefined;
  list.prepend(known ? again(known) : entry(text));
  while (list.children.length > MAX_ENTRIES) list.lastChild!.remove();
  title.textContent = list.children.length == 1 ? 'An error' : `${list.children.length} errors, the newest first`;
  if (!host.isConnected) document.querySelector('[data-lv]')!.after(host);
}

/** Forgets what is shown. The focus goes back to where it was, if it was here. */
function close(): void {
  const focused = document.activeElement == host;
  host.remove();
  list.replaceChildren();
  if (focused) before?.focus();
}

function build(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];
  const panel = create('section');
  panel.setAttribute('role', 'alert');
  panel.setAttribute('aria-atomic', 'false');
  list.tabIndex = 0;
  list.setAttribute('aria-label', 'Errors');
  const button = create('button', 'Close (Esc)');
  button.type = 'button';
  button.onclick = close;
  const head = create('header');
  head.append(title, button);
  panel.append(head, list);
  shadow.append(panel);
  host.addEventListener('focusin', ({ relatedTarget }) => relatedTarget && (before = relatedTarget as HTMLElement));
  // Before the page's own keys.
  window.addEventListener('keydown', onKey, true);
}

function onKey(event: KeyboardEvent): void {
  if (event.key != 'Escape' || event.isComposing || !host.isConnected) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  close();
}

function entry(text: string): HTMLElement {
  const [first, ...rest] = text.split('\n');
  const made = create('li');
  made.dataset.text = text;
  made.append(create('h3', first));
  if (rest.length) made.append(create('pre', rest.join('\n')));
  return made;
}

function again(known: HTMLElement): HTMLElement {
  const times = Number(known.dataset.times ?? 1) + 1;
  known.dataset.times = String(times);
  const heading = known.firstElementChild!;
  (heading.querySelector('span') ?? heading.appendChild(create('span'))).textContent = ` × ${times}`;
  return known;
}

function create<K extends keyof HTMLElementTagNameMap>(name: K, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
