// The connection's state, for style sheets (a class of the root) and for people (the notice, which the server placed after the root).

import { emit, root } from './page';

export type State = 'connecting' | 'connected' | 'disconnected' | 'ended';

const notice = document.querySelector('.lv-notice') as HTMLElement;
let state: State;
let lost: number | undefined;

/** Takes the state over, and tells of events that were given up. */
export function setState(next: State, code?: number, given?: number): void {
  if (next == state || !root) return;
  root.classList.remove('lv-' + state);
  root.classList.add('lv-' + (state = next));
  emit('status', { state, code, lost: (lost = given) });
  // A connection that comes back at once is nothing to tell; what was lost is told for a while.
  setTimeout(show, 500);
  setTimeout(show, 1e4);
}

export const isConnected = (): boolean => state == 'connected';
export const hasEnded = (): boolean => state == 'ended';

function show(): void {
  notice.textContent = lost ? notice.dataset.lost! + lost : notice.dataset[state]!;
  lost = 0;
}
