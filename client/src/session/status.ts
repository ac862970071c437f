// The connection's state, for style sheets (a class of the root) and for people (the notice, which the server placed after the root).

import { emit, root } from '../page';
import { count, isSlow } from './session';

export type State = 'connecting' | 'connected' | 'disconnected' | 'ended';

const notice = document.querySelector<HTMLElement>('.lv-notice');
let state: State;
let lost: number | undefined;

/** Takes the state over, and tells of events that were given up. */
export function setState(next: State, code?: number, given?: number): void {
  if (next == state || !root) return;
  root.classList.remove('lv-' + state);
  root.classList.add('lv-' + (state = next));
  emit('status', { state, code, lost: (lost = given) });
  // A connection that comes back at once is nothing to tell; what was lost is told for a while.
  showSoon(500);
  setTimeout(() => ((lost = 0), show()), 1e4);
}

/** Says in the notice how things are by then. */
export const showSoon = (ms: number): unknown => setTimeout(show, ms);

export const isConnected = (): boolean => state == 'connected';
export const hasEnded = (): boolean => state == 'ended';

/** What people are told: what was lost, that events wait for the server, or that there is no connection, and how many wait for that. */
export function show(): void {
  if (!notice) return;
  const { lost: given, saving, waiting, [state]: away = '' } = notice.dataset;
  const text = lost ? given! + lost : isConnected() ? (isSlow() ? saving! : '') : away + (away && count() ? waiting! + count() : '');
  if (notice.textContent != text) notice.textContent = text;
}
