// Debounced and throttled events: what happens now, what later, and what not at all.

import type { Field } from './forms';
import { attr } from './page';

interface Waiting {
  holder_: Element;
  type_: string;
  field_?: Field;
  timer_?: ReturnType<typeof setTimeout>;
  /** What happens when the time is over. */
  run_?: () => void;
}

let waiting: Waiting[] = [];

/**
 * Runs `run` when `data-lv-debounce` or `data-lv-throttle` lets it: of the changed field, or else of the element. Of a
 * throttled change the last value still follows; any other event that comes too early is dropped.
 */
export function paced(element: Element, type_: string, run_: () => void, field_?: Field): void {
  const holder_ = [field_ ?? element, element].find((one) => one.matches('[data-lv-debounce],[data-lv-throttle]'));
  if (!holder_) return run_();
  const debounce = attr(holder_, 'debounce');
  const earlier = waiting.find((one) => one.holder_ == holder_ && one.type_ == type_);
  if (debounce == null && earlier) {
    if (field_) Object.assign(earlier, { field_, run_: () => paced(element, type_, run_, field_) });
    return;
  }
  if (earlier) stop(earlier);
  const entry: Waiting = { holder_, type_ };
  if (debounce == null) run_();
  else Object.assign(entry, { field_, run_ });
  const time = +(debounce ?? attr(holder_, 'throttle')!);
  // A time that is no number doesn't end by itself.
  if (time >= 0) entry.timer_ = setTimeout(finish, time, entry);
  waiting.push(entry);
}

/** Runs all that waits, for the user goes on. */
export const flushWaiting = (): void => waiting.forEach(finish);

/** The fields whose last change waits. */
export const waitingFields = (): Field[] => waiting.flatMap(({ field_ }) => field_ ?? []);

function finish(entry: Waiting): void {
  stop(entry);
  entry.run_?.();
}

function stop(entry: Waiting): void {
  clearTimeout(entry.timer_);
  waiting = waiting.filter((one) => one != entry);
}
