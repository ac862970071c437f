// Attributes that an element has for a while. They are taken off before the page is patched, so that a patch meets the page as
// the server knows it, and then put on again where they are still due.

/** An element, the attribute, and its value; null is to remove it. */
export type Mark = [element: Element, name: string, value: string | null];

const undo: Mark[] = [];

export const mark = (marks: Mark[]): unknown => undo.push(...marks.map(set));

/** Gives all elements the attributes back that they had, the last one first. */
export const unmark = (): unknown => undo.splice(0).reverse().map(set);

/** Sets the attribute; what undoes that. */
function set([element, name, value]: Mark): Mark {
  const before = element.getAttribute(name);
  element[value == null ? 'removeAttribute' : 'setAttribute'](name, value!);
  return [element, name, before];
}
