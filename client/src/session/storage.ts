// What a tab keeps of its session over a reload: rule R9. A duplicated tab gets a copy, and by a Web Lock finds out that it is one.

import type { Encodable } from '../wire/msgpack';

/** Token, events applied, connections opened, last command run, and what waits: an event's fields and the number of its form. */
export type Kept = [token: string, applied: number, attempts: number, command: number, pending: [Encodable[], number][]];

const KEY = 'live:' + location.pathname + location.search;
const WAIT = 500; // ms until a lock counts as another tab's

let id = Math.random();

/** Gives what the tab has kept here, if it goes on with that: after a reload, on the way back, and where events wait. */
export function take(then: (kept?: Kept) => void): void {
  const anew = () => (then(), hold(id));
  addEventListener('pageshow', ({ persisted }) => persisted && hold(id));
  try {
    const [name, kept] = JSON.parse(sessionStorage[KEY]);
    if (kept[4][0] || (performance.getEntriesByType('navigation')[0] as any).type != 'navigate')
      return void hold(name, AbortSignal.timeout(WAIT), () => ((id = name), then(kept))).catch(anew);
  } catch {}
  anew();
}

/** Holds the lock until the page is left; a browser doesn't keep a page with a lock for the way back. */
const hold = (name: number, signal?: AbortSignal, got?: () => void): Promise<void> =>
  navigator.locks?.request('live' + name, { signal }, () => {
    got?.();
    return new Promise<any>((release) => addEventListener('pagehide', release));
  });

/** Keeps something in the place of what was kept before. */
export function keep(kept: Kept): void {
  try {
    sessionStorage[KEY] = JSON.stringify([id, kept]);
  } catch {}
}
