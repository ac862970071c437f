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

// Properties that a patch reads thousands of times: by name that takes eight times as long.
const getter = <K extends keyof Node>(name: K): ((node: Node) => Node[K]) => {
  const get = Object.getOwnPropertyDescriptor(Node.prototype, name)!.get!;
  return (node) => get.call(node);
};
export const parentNode = getter('parentNode');
export const firstChild = getter('firstChild');
export const nextSibling = getter('nextSibling');
export const nodeType = getter('nodeType');
export const nodeName = getter('nodeName');
export const nodeValue = getter('nodeValue');

/** The children of a node, as an array that stays as it is. */
export const childrenOf = (node: Node): Node[] => {
  const children: Node[] = [];
  for (let at = firstChild(node); at; at = nextSibling(at)) children.push(at);
  return children;
};

const { isEqualNode: equals } = Node.prototype;
export const isEqualNode = (node: Node, other: Node): boolean => equals.call(node, other);

export const isElement = (node: Node): node is Element => nodeType(node) == Node.ELEMENT_NODE;

export const getAttribute = (element: Element, name: string): string | null => call(element, 'getAttribute', name);
export const namesOf = (element: Element): string[] => call(element, 'getAttributeNames');
export const insertBefore = (parent: Node, node: Node, next: Node | null): Node => call(parent, 'insertBefore', node, next);
export const removeChild = (parent: Node, node: Node): Node => call(parent, 'removeChild', node);
/** A copy of a node, by default with all that is in it. */
export const cloneNode = <N extends Node>(node: N, deep = true): N => call(node, 'cloneNode', deep) as N;

/** The elements in a node that match. */
export const select = (node: Node, selector: string): Element[] => [...call(node, 'querySelectorAll', selector)];

export const contains = (node: Node, other: Node | null): boolean => call(node, 'contains', other);
export const closest = (element: Element, selector: string): Element | null => call(element, 'closest', selector);
export const matches = (element: Element, selector: string): boolean => call(element, 'matches', selector);
export const isConnected = (node: Node): boolean => read(node, 'isConnected');
export const textContent = (node: Node): string | null => read(node, 'textContent');
