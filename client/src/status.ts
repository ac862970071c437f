// The connection's state, for style sheets (classes on the root) and for people (the notice).

import { emit, root } from './page';

export type State = 'connecting' | 'connected' | 'disconnected' | 'ended';

const notice = document.createElement('div');
let state: State | undefined;
let timer: ReturnType<typeof setTimeout>;

/** Puts the notice into the page: empty and hidden, so that screen readers know it before it speaks. */
export function prepareNotice(): void {
  const style = new CSSStyleSheet();
  // `:where` has no weight, so that any rule of the page wins; a constructed sheet needs no nonce.
  style.replaceSync(
    ':where(.lv-notice){position:fixed;bottom:1em;left:1em;padding:.5em 1em;background:#222;color:#fff;z-index:9999}',
  );
  document.adoptedStyleSheets.push(style);
  notice.className = 'lv-notice';
  notice.role = 'status';
  notice.ariaLive = 'polite';
  notice.hidden = true;
  // Beside the body, since the body itself may be the root.
  document.documentElement.append(notice);
}

export function setState(next: State, code?: number): void {
  if (next == state || !root) return;
  root.classList.remove('lv-' + state);
  root.classList.add('lv-' + (state = next));
  emit('status', { state, code });
  if (state == 'disconnected') say('Connection lost. Reconnecting…', 500);
  else say(state == 'ended' ? 'Disconnected. Please reload the page.' : '');
}

/** Tells for a while that events were given up. */
export function tellLost(lost: number): void {
  emit('status', { state, lost });
  say(`The page was restarted; ${lost} of your actions had no effect.`);
  say('', 10000);
}

export const hasEnded = (): boolean => state == 'ended';

/** Shows the text, or nothing where it is empty, after some milliseconds unless there is something newer to say by then. */
function say(text: string, after = 0): void {
  clearTimeout(timer);
  if (after) timer = setTimeout(say, after, text);
  else {
    notice.textContent = text;
    notice.hidden = !text;
  }
}
