// What elements show while an event awaits the server.

import type { Mark } from './marks';
import { all, attr } from '../dom/markup';

const SWITCHES = [
  ['show', 'hidden', null],
  ['hide', 'hidden', ''],
  ['disable', 'disabled', ''],
] as const;

/** What the `data-lv-loading-*` attributes of an event's element ask for. */
export const loadingMarks = (element: Element): Mark[] => [
  // A class list is also its text, and nothing where an attribute isn't.
  [element, 'class', [element.classList, 'lv-loading', attr(element, 'loading-class')].join(' ')],
  ...SWITCHES.flatMap(([what, name, value]) => {
    const selector = attr(element, 'loading-' + what);
    // Without a selector it is the element itself, and in a form the buttons.
    const targets =
      selector == null ? [] : selector ? document.querySelectorAll(selector) : all(element, 'button');
    return [...targets].map((target): Mark => [target, name, value]);
  }),
];
