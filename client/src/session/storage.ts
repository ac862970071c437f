// What a tab keeps of its session over a reload: rule R9. A duplicated tab gets a copy, and by a Web Lock finds out that it is one.

import type { Edit } from '../fields/recovery';
import type { EventFields } from '../wire/frames';

/**
 * What is kept: the token, empty after it was refused; the highest event applied; the connections opened; the last command run; the events that
 * wait; what the user has edited.
 */
export type Kept = [token: string, applied: number, attempts: number, command: number, pending: KeptEvent[], edits: Edit[]];

/** An event: its fields, the id of the form that it submits, or its number in the document, or -1, and whether it was sent. */
export type KeptEvent = [fields: EventFields, form: string | number, isSent: boolean];

const KEY = 'live:' + location.pathname + location.search;
const TRY_KEY = 'live-tried';
const VERSION = 3; // of what is kept
const LOCK_WAIT = 500; // ms until a lock counts as another tab's

/** Names the tab's lock. */
let id = Math.random();

/** Gives what the tab has kept here, if it goes on with that: after a reload, on the way back, and if events wait. */
export function take(then: (kept?: Kept) => void): void {
  addEventListener('pageshow', ({ persisted }) => persisted && hold());
  const stored = attempt(load);
  const own = id;
  const begin = () => {
    id = own;
    then();
    hold();
  };
  if (!stored) return begin();
  id = stored.id;
  hold({ signal: AbortSignal.timeout(LOCK_WAIT) }, () => then(stored.kept))?.catch(begin) ?? begin();
}

/** Keeps something in the place of what was kept before. Without room in the storage nothing is kept, and a reload begins anew. */
export const keep = (kept: Kept): void =>
  attempt(() => {
    sessionStorage.removeItem(KEY);
    sessionStorage.setItem(KEY, JSON.stringify({ version: VERSION, id, kept }));
  });

/** Whether the tab hasn't been loaded again yet for this: a version of the script, or a refusal. Without storage nobody knows: it has. */
export const isFirstTry = (reason: string): boolean | undefined =>
  attempt(() => {
    const isFirst = sessionStorage.getItem(TRY_KEY) != reason;
    sessionStorage.setItem(TRY_KEY, reason);
    return isFirst;
  });

/** The stored session, if this load of the page must resume it: events are waiting, or the page was reloaded or reached by Back. */
function load(): { id: number; kept: Kept } | undefined {
  const { version, id, kept } = JSON.parse(sessionStorage.getItem(KEY)!);
  if (version != VERSION) return;
  const [, , , , pending] = kept as Kept;
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (pending.length || navigation?.type != 'navigate') return { id, kept };
}

/** Does something with the storage, which may be missing, forbidden or full, or hold anything. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {}
}

/** Holds the lock until the page is left; a browser doesn't keep a page with a lock for the way back. */
const hold = (options: LockOptions = {}, got?: () => void): Promise<void> | undefined =>
  navigator.locks?.request('live' + id, options, () => {
    got?.();
    return new Promise<void>((release) => addEventListener('pagehide', () => release(), { once: true }));
  });
