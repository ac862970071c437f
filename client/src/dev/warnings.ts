// Warnings about markup and use that would go wrong silently, each given once.

import type { Live } from '../live';

const MAX_NAME = 128; // bytes of an event's name, target and key
const ATTRIBUTE =
  /^data-lv-(base|view|region|own|click|submit|change|keydown|keyup|focus|blur|key|target|value-.+|debounce|throttle|prevent|stop|loading-(class|show|hide|disable))$/;

const given = new Set<string>();

export function watchPage(live: Live): void {
  live.on('receive', () => queueMicrotask(inspect));
  live.on('send', (frame) => {
    if (frame[0] == 1) inspectEvent(frame);
  });
  inspect();
}

function inspectEvent([, , , name, , , target, key]: (string | undefined)[]): void {
  for (const text of [name, target, key])
    if (new TextEncoder().encode(text ?? '').length > MAX_NAME) warn(`"${text}" is longer than ${MAX_NAME} bytes`);
}

function inspect(): void {
  const root = document.querySelector('[data-lv]');
  if (!root) return warn('the page has no element with data-lv');
  inspectUnique([...root.querySelectorAll('[id]')].map((element) => element.id), 'id');
  inspectUnique([...root.querySelectorAll('[data-lv-region]')].map((host) => host.getAttribute('data-lv-region')!), 'region');
  for (const element of [root, ...root.querySelectorAll('*')])
    for (const name of element.getAttributeNames())
      if (name.startsWith('data-lv-') && !ATTRIBUTE.test(name)) warn(`unknown attribute ${name}`);
  for (const element of root.querySelectorAll('[data-lv-submit]:not(form):not(:has(form))'))
    warn(`data-lv-submit="${element.getAttribute('data-lv-submit')}" is on no form`);
}

function inspectUnique(names: string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) warn(`the ${what} "${name}" is not unique in the page`);
    seen.add(name);
  }
}

function warn(text: string): void {
  if (given.has(text)) return;
  given.add(text);
  console.warn('live:', text);
}
