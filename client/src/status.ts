// The connection's state, for style sheets (a class of the root) and for people (the notice).

import { emit, root } from './page';

export type State = 'connecting' | 'connected' | 'disconnected' | 'ended';

const notice = document.createElement('div');
let state: State;
let timer: ReturnType<typeof setTimeout>;

/** Puts the notice into the page: empty and hidden, so that screen readers know it before it speaks. */
export function prepareNotice(): void {
  notice.className = 'lv-notice';
  notice.role = 'status';
  notice.ariaLive = 'polite';
  notice.style.cssText = 'position:fixed;bottom:0;background:#fff';
  say('');
  // Beside the body, since the body may be the root.
  document.documentElement.append(notice);
}

export function setState(next: State, code?: number): void {
  if (next == state || !root) return;
  root.classList.remove('lv-' + state);
  root.classList.add('lv-' + (state = next));
  emit('status', { state, code });
  if (state == 'disconnected') say('Reconnecting…', 500);
  else say(state == 'ended' ? 'Disconnected' : '');
}

export const hasEnded = (): boolean => state == 'ended';

/** Tells for a while that events were given up. */
export function tellLost(lost: number): void {
  emit('status', { state, lost });
  say(lost + ' lost');
  say('', 10000);
}

/** Shows the text, or nothing where it is empty, after so many milliseconds, unless there is something newer to say by then. */
function say(text: string, after = 0): void {
  clearTimeout(timer);
  if (after) timer = setTimeout(say, after, text);
  else notice.hidden = !(notice.textContent = text);
}
