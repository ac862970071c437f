// The attributes by which a page's markup speaks to the runtime.

import { call } from './native';

/** The attribute `data-lv-<name>`; null if the element doesn't have it. */
export const attr = (element: Element | null | undefined, name: string): string | null =>
  element ? call(element, 'getAttribute', 'data-lv-' + name) : null;
