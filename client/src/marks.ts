// Attributes that an element has for a while. They are taken off before the page is patched, so that a patch meets the page as
// the server knows it, and then put on again where they are still due.

/** An element, the attribute, and its value; null is to remove it. */
export type Mark = [element: Element, name: string, value: string | null];

const undo: Mark[] = [];

export function mark(marks: Mark[]): void {
  for (const [element, name, value] of marks) {
    undo.push([element, name, element.getAttribute(name)]);
    set(element, name, value);
  }
}

/** Gives all elements the attributes back that they had, the last one first. */
export function unmark(): void {
  while (undo.length) set(...undo.pop()!);
}

const set = (element: Element, name: string, value: string | null): void =>
  value == null ? element.removeAttribute(name) : element.setAttribute(name, value);
