// What the server says in dev mode: in the console at its level, errors over the page as well.

import { showError } from './overlay';
import type { Live } from '../live';

const KIND = 4;
const ERROR = 2;
const LEVELS = ['info', 'warn', 'error'] as const;
/** What colours a terminal's text, and makes links of it: a compiler's errors may have it. */
const TERMINAL = /\x1b(?:\[[0-9;:?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\))/g;

export function tellNotices(live: Live): void {
  live.on('receive', ([kind, level, text]) => kind === KIND && tell(level as number, (text as string).replace(TERMINAL, '')));
}

function tell(level: number, text: string): void {
  console[LEVELS[level] ?? 'error']('live:', text);
  if (level === ERROR) showError(text);
}
