// The live root of the page, its attributes, and what the page's own scripts may listen to.

/** The element with `data-lv`. A page without one has no live part: everything else stays idle. */
export const root = document.querySelector('[data-lv]') as HTMLElement;

/** The attribute `data-lv-<name>`. */
export const attr = (element: Element, name: string): string | null => element.getAttribute('data-lv-' + name);

const listeners: Record<string, ((detail: any) => void)[]> = {};

/** Calls `listener` with each detail of `name`. */
export const on = (name: string, listener: (detail: any) => void): void =>
  void (listeners[name] ||= []).push(listener);

/** Tells the listeners of `name`; one that throws stops nobody. */
export const emit = (name: string, detail: unknown): unknown => listeners[name]?.forEach(async (listener) => listener(detail));
