// The live root of the page, and what page scripts may listen to.

/** The element with `data-lv`. A page without one has no live part: everything else then stays idle. */
export const root = document.querySelector('[data-lv]') as HTMLElement;

const listeners: Record<string, Set<(detail: any) => void>> = Object.create(null);

/** Calls `listener` with each detail of `name`; the answer ends that. */
export function on(name: string, listener: (detail: any) => void): () => void {
  const set = (listeners[name] ??= new Set());
  set.add(listener);
  return () => set.delete(listener);
}

/** Tells the listeners of `name`; one that throws is reported and stops nobody. */
export function emit(name: string, detail: unknown): void {
  listeners[name]?.forEach((listener) => attempt(() => listener(detail)));
}

/** Runs page code, or what a server's text decides; an error in it is reported as uncaught. */
export function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}
