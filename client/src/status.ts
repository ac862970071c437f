// The connection's state, for style sheets (a class of the root) and for people (the notice).

import { emit, root } from './page';

export type State = 'connecting' | 'connected' | 'disconnected' | 'ended';

const notice = document.createElement('div');
let state: State;
let lost: number | undefined;

/** Puts the notice into the page: empty, so that screen readers know it before it speaks. */
export function prepareNotice(): void {
  notice.className = 'lv-notice';
  notice.role = 'status';
  notice.style.cssText = 'position:fixed;bottom:0;background:canvas';
  show();
  // Beside the body, since the body may be the root.
  document.documentElement.append(notice);
}

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
  const text = ({ disconnected: 'Reconnecting…', ended: 'Disconnected' } as any)[state] ?? (lost ? lost + ' lost' : '');
  notice.hidden = !(notice.textContent = text);
  lost = 0;
}
