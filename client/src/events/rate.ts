// Events that wait for a pause of the user, or for their turn: `data-lv-debounce` and `data-lv-throttle`.

/** While there is one for a key, its events wait. */
interface Slot {
  run?: (() => void) | undefined;
  timer: ReturnType<typeof setTimeout>;
}

export class Rate {
  /** Those that waited first come first. */
  private slots_ = new Map<string, Slot>();

  /** Runs the last `run` of those with this key after a pause of `ms`. */
  debounce(key: string, ms: number, run: () => void): void {
    clearTimeout(this.slots_.get(key)?.timer);
    this.put_(key, { run, timer: setTimeout(this.finish_, ms, key) });
  }

  /** Runs `run` at once, but no more than once in `ms`. Those that come too early are dropped, but for the last one if `keepsLast`. */
  throttle(key: string, ms: number, keepsLast: boolean, run: () => void): void {
    const slot = this.slots_.get(key);
    if (slot) {
      if (keepsLast) this.put_(key, { ...slot, run: () => this.throttle(key, ms, keepsLast, run) });
      return;
    }
    this.put_(key, { timer: setTimeout(this.finish_, ms, key) });
    run();
  }

  /** Runs all that waits: the user goes on. */
  flush(): void {
    for (const [key, { run }] of [...this.slots_]) if (run) this.finish_(key);
  }

  private put_(key: string, slot: Slot): void {
    this.slots_.delete(key);
    this.slots_.set(key, slot);
  }

  private finish_ = (key: string): void => {
    const slot = this.slots_.get(key)!;
    clearTimeout(slot.timer);
    this.slots_.delete(key);
    slot.run?.();
  };
}
