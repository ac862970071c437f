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

// The same as functions, for what a patch calls thousands of times.
const getter = <T extends Node, K extends keyof T>(type: { prototype: T }, name: K): ((node: Node) => T[K]) => {
  const get = Object.getOwnPropertyDescriptor(type.prototype, name)!.get!;
  return (node) => get.call(node);
};
const method =
  <A extends unknown[], R>(own: (this: any, ...values: A) => R) =>
  (node: Node, ...values: A): R =>
    own.apply(node, values);

export const parentNode = getter(Node, 'parentNode');
export const nextSibling = getter(Node, 'nextSibling');
export const nodeType = getter(Node, 'nodeType');
export const nodeName = getter(Node, 'nodeName');
export const nodeValue = getter(Node, 'nodeValue');
export const textContent = getter(Node, 'textContent');
export const isConnected = getter(Node, 'isConnected');
export const outerHTML = getter(Element, 'outerHTML');
export const shadowRoot = getter(Element, 'shadowRoot');
const firstChild = getter(Node, 'firstChild');
/** The children of a node, as an array that stays as it is. */
export const childrenOf = (node: Node): ChildNode[] => {
  const children: ChildNode[] = [];
  for (let at = firstChild(node); at; at = nextSibling(at)) children.push(at as ChildNode);
  return children;
};

export const contains = method<[Node | null], boolean>(Node.prototype.contains);
export const isEqualNode = method<[Node], boolean>(Node.prototype.isEqualNode);
export const insertBefore = method<[Node, Node | null], Node>(Node.prototype.insertBefore);
export const removeChild = method<[Node], Node>(Node.prototype.removeChild);
export const getAttribute = method<[string], string | null>(Element.prototype.getAttribute);
export const namesOf = method<[], string[]>(Element.prototype.getAttributeNames);
export const closest = method<[string], Element | null>(Element.prototype.closest);

export const isElement = (node: Node): node is Element => nodeType(node) == Node.ELEMENT_NODE;

const within = method<[string], NodeListOf<Element>>(Element.prototype.querySelectorAll);
/** The elements in an element or a fragment that match; none are in other nodes. */
export const select = (node: Node, selector: string): Element[] =>
  isElement(node) ? [...within(node, selector)] : node instanceof DocumentFragment ? [...node.querySelectorAll(selector)] : [];
export const matches = method<[string], boolean>(Element.prototype.matches);
