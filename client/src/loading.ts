// What elements show while an event awaits the server.

import type { Mark } from './marks';
import { attr } from './page';

const SWITCHES = [
  ['show', 'hidden', null],
  ['hide', 'hidden', ''],
  ['disable', 'disabled', ''],
] as const;

/** What the `data-lv-loading-*` attributes of an event's element ask for, and those of the button that submitted it. */
export const loadingMarks = (element: Element, submitter?: Element | null): Mark[] =>
  [element, submitter].flatMap((source) => (source ? marksOf(source) : []));

function marksOf(source: Element): Mark[] {
  const classes = `${source.getAttribute('class') ?? ''} lv-loading ${attr(source, 'loading-class') ?? ''}`;
  const marks: Mark[] = [[source, 'class', classes]];
  for (const [what, name, value] of SWITCHES) {
    const selector = attr(source, 'loading-' + what);
    const targets = selector ? document.querySelectorAll(selector) : ownTargets(source);
    if (selector != null) targets.forEach((target) => marks.push([target, name, value]));
  }
  return marks;
}

/** An element without a selector means itself, a form its buttons. */
const ownTargets = (source: Element) => (source.matches('form') ? source.querySelectorAll('button') : [source]);
