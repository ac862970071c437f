// What the page's own scripts may listen to.

const listeners = new Map<string, ((detail: any) => void)[]>();

/** Calls `listener` with each detail of `name`: `send`, `receive` or `status`. */
export function on(name: string, listener: (detail: any) => void): void {
  listeners.set(name, [...(listeners.get(name) ?? []), listener]);
}

/** Tells the listeners of `name`. One that throws is reported, and stops nobody. */
export function emit(name: string, detail: unknown): void {
  for (const listener of listeners.get(name) ?? [])
    try {
      listener(detail);
    } catch (error) {
      reportError(error);
    }
}
