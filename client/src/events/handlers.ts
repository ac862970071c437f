// Which elements handle what happens to an element.

import { attr } from '../dom/markup';
import { call, read } from '../dom/native';
import { formOf } from '../fields/kinds';

/**
 * The elements with `data-lv-<type>` at and around `target`, the nearest first, up to one with `data-lv-stop`. A field's change also
 * reaches its form, and what is around that, if the field stands outside of it.
 */
export function handlersOf(root: Element, type: string, target: Element): Element[] {
  const found = new Set<Element>();
  const isStopped = climb(root, type, target, found);
  const form = type == 'change' && !isStopped ? formOf(target) : null;
  if (form && !call(form, 'contains', target)) climb(root, type, form, found);
  return [...found];
}

/** True if an element stops the way out. */
function climb(root: Element, type: string, from: Element, found: Set<Element>): boolean {
  // An element that the page has taken out by now has no one around.
  for (let element: Element | null = from; element && call(root, 'contains', element); element = read(element, 'parentElement')) {
    if (attr(element, type)) found.add(element);
    if (attr(element, 'stop') != null) return true;
  }
  return false;
}
