// Debounced and throttled events: what happens now, what later, and what not at all.

import type { Field } from './forms';
import { attr } from './page';

/** What happens when a pause is over, and the field where it would. */
const waiting = new Map<() => void, Field>();

/** Runs `run` when `data-lv-debounce` or `data-lv-throttle` lets it: of the field, or else of the element. */
export function paced(element: any, type: string, field: Field, run: () => void): void {
  const time = (name: string): any => attr(field, name) ?? attr(element, name);
  // For each type of its events an element has what waits, or the time until which nothing else happens.
  const last = 'lv-' + type;
  if (time('debounce')) {
    waiting.delete(element[last]);
    waiting.set((element[last] = run), field);
    setTimeout(finish, time('debounce'), field, run);
  } else if (!(element[last] > Date.now())) {
    element[last] = Date.now() + +time('throttle');
    run();
  }
}

/** Runs all that waits, for the user goes on. */
export const flushWaiting = (): void => waiting.forEach(finish);

/** The fields whose last change waits. */
export const waitingFields = (): Field[] => [...waiting.values()];

const finish = (_: Field, run: () => void): unknown => waiting.delete(run) && run();
