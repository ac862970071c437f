// Reading nodes and the document through the prototypes' own members: fields give their form, and named elements the document,
// properties that hide those.

/** The value of `node`'s own property `name`, whatever fields of a form are named. */
export const read = <K extends keyof HTMLElement>(node: Node, name: K): HTMLElement[K] => Reflect.get(HTMLElement.prototype, name, node);

/** Calls `node`'s own method `name`, whatever fields of a form are named. */
export const call = <K extends keyof HTMLElement>(
  node: Node,
  name: K,
  ...values: HTMLElement[K] extends (...values: infer A) => unknown ? A : never
): HTMLElement[K] extends (...values: never[]) => infer R ? R : never => (read(node, name) as Function).apply(node, values);

/** The value of a property of the document, whatever elements are named. */
export const ofDocument = <K extends keyof Document>(name: K): Document[K] => Reflect.get(Document.prototype, name, document);

/** The first element of the document that matches. */
export const find = <E extends Element = HTMLElement>(selector: string): E | null => ofDocument('querySelector').call(document, selector) as E | null;

/** All elements of the document that match. */
export const findAll = <E extends Element = HTMLElement>(selector: string): E[] =>
  [...(ofDocument('querySelectorAll').call(document, selector) as NodeListOf<E>)];

/** The controls of a form, in document order, those of `form="…"` included. */
export const controls = (form: HTMLFormElement): HTMLElement[] => [...Reflect.get(HTMLFormElement.prototype, 'elements', form)] as HTMLElement[];
