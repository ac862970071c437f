// Events that wait for a pause of the user, or for their turn: `data-lv-debounce` and `data-lv-throttle`.

/** What waits, for a handler's events of one type in one field. */
interface Slot {
  run?: (() => void) | undefined;
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** No event before this, on the clock of `performance.now()`, which doesn't jump. */
  until: number;
}

export class Rate {
  private slots_ = new WeakMap<Element, WeakMap<Element, Record<string, Slot>>>();
  /** In the order in which they came. */
  private waiting_ = new Set<Slot>();

  /** Runs the last `run` after a pause of `ms`. */
  debounce(handler: Element, target: Element, type: string, ms: number, run: () => void): void {
    this.wait_(this.slot_(handler, target, type), ms, run);
  }

  /**
   * Runs `run` at once, but no more than once in `ms`. Those that come too early are dropped; if they carry a value (`isChange`), the last
   * one runs when its turn comes.
   */
  throttle(handler: Element, target: Element, type: string, ms: number, run: () => void, isChange: boolean): void {
    const slot = this.slot_(handler, target, type);
    const left = slot.until - performance.now();
    const now = () => {
      slot.until = performance.now() + ms;
      run();
    };
    if (left <= 0) now();
    else if (isChange) this.wait_(slot, left, now);
  }

  /** Runs all that waits: the user goes on. */
  flush(): void {
    this.waiting_.forEach(this.finish_);
  }

  private wait_(slot: Slot, ms: number, run: () => void): void {
    clearTimeout(slot.timer);
    slot.run = run;
    slot.timer = setTimeout(this.finish_, ms, slot);
    // The newest comes last.
    this.waiting_.delete(slot);
    this.waiting_.add(slot);
  }

  private finish_ = (slot: Slot): void => {
    clearTimeout(slot.timer);
    this.waiting_.delete(slot);
    slot.run!();
  };

  private slot_(handler: Element, target: Element, type: string): Slot {
    const targets = entry(this.slots_, handler, () => new WeakMap<Element, Record<string, Slot>>());
    return (entry(targets, target, (): Record<string, Slot> => ({}))[type] ??= { until: 0 });
  }
}

function entry<V>(map: WeakMap<Element, V>, key: Element, make: () => V): V {
  let value = map.get(key);
  if (!value) map.set(key, (value = make()));
  return value;
}
