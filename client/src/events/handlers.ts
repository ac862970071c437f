// Which elements handle what happens to an element.

import { attr } from '../dom/markup';
import { contains, read } from '../dom/native';
import { formOf } from '../fields/kinds';

/**
 * The elements with `data-lv-<type>` at and around `target`, the nearest first, up to one with `data-lv-stop`. A field's change also
 * reaches its form, and what is around that, if the field stands outside of it.
 */
export function handlersOf(root: Element, type: string, target: Element): Element[] {
  const found = new Set<Element>();
  for (const start of [target, type == 'change' ? formOf(target) : null])
    // An element that the page has taken out by now has no one around.
    for (let element = start; element && contains(root, element); element = read(element, 'parentElement')) {
      if (attr(element, type)) found.add(element);
      if (attr(element, 'stop') != null) return [...found];
    }
  return [...found];
}
