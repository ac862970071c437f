// The live root of the page, its attributes, and what the page's own scripts may listen to.

/** The element with `data-lv`. A page without one has no live part: everything else stays idle. */
export const root = document.querySelector('[data-lv]') as HTMLElement;

const listeners: Record<string, ((detail: any) => void)[]> = {};

/** Calls `listener` with each detail of `name`. */
export const on = (name: string, listener: (detail: any) => void): void =>
  void (listeners[name] ||= []).push(listener);

/** Tells the listeners of `name`; one that throws stops nobody. */
export const emit = (name: string, detail: unknown): unknown => listeners[name]?.map(async (listener) => listener(detail));
