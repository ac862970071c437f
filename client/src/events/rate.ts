// What waits for a pause of the user, see `data-lv-debounce`.

import type { Field } from '../fields/forms';

/** What happens when a pause is over, and the field where it would. */
export const waiting = new Map<() => void, Field>();

/** Runs what waits, unless it has run or was given up for something newer. */
export const finish = (_: Field, run: () => void): unknown => waiting.delete(run) && run();

/** Runs all that waits, for the user goes on. */
export const flushWaiting = (): void => waiting.forEach(finish);

/** The fields whose last change waits. */
export const waitingFields = (): Field[] => [...waiting.values()];
