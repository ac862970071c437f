// Debounced and throttled events: what happens now, what later, and what not at all.

import type { Field } from './forms';

interface Waiting {
  holder_: Element;
  type_: string;
  field_?: Field;
  timer_: ReturnType<typeof setTimeout> | 0;
  /** What happens when the time is over. */
  run_?: () => void;
}

const waiting = new Set<Waiting>();

/**
 * Runs `run` when `data-lv-debounce` or `data-lv-throttle` lets it: of the changed field, or else of the element. Of a
 * throttled change the last value still follows; any other event that comes too early is dropped.
 */
export function paced(element: Element, type_: string, run_: () => void, field_?: Field): void {
  const holder_ = [field_ ?? element, element].find((one) => one.matches('[data-lv-debounce],[data-lv-throttle]'));
  if (!holder_) return run_();
  const debounce = holder_.getAttribute('data-lv-debounce');
  const earlier = [...waiting].find((one) => one.holder_ == holder_ && one.type_ == type_);
  if (debounce != null) {
    if (earlier) stop(earlier);
    wait({ holder_, type_, field_, run_, timer_: 0 }, +debounce);
  } else if (!earlier) {
    run_();
    wait({ holder_, type_, timer_: 0 }, +holder_.getAttribute('data-lv-throttle')!);
  } else if (field_) {
    earlier.field_ = field_;
    earlier.run_ = () => paced(element, type_, run_, field_);
  }
}

/** Runs all that waits, for the user goes on. */
export function flushWaiting(): void {
  waiting.forEach(finish);
}

/** The fields whose last change waits. */
export const waitingFields = (): Field[] => [...waiting].flatMap(({ run_, field_ }) => (run_ && field_) || []);

/** A time that is no number never ends by itself: only `flushWaiting` ends it. */
function wait(entry: Waiting, ms: number): void {
  if (ms >= 0) entry.timer_ = setTimeout(finish, ms, entry);
  waiting.add(entry);
}

function finish(entry: Waiting): void {
  stop(entry);
  entry.run_?.();
}

function stop(entry: Waiting): void {
  clearTimeout(entry.timer_);
  waiting.delete(entry);
}
