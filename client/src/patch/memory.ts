// What the server has: a copy of the page, in which nothing loads or runs and which nobody else changes. Each node of the copy has a
// twin on the page. A node of the page without a twin is others' (the user's, the browser's, a script's).
import { childrenOf, cloneNode, find, firstChild, getAttribute, insertBefore, isElement, nextSibling, parentNode, select } from '../dom/native';
import { inertly } from '../dom/trusted';

const TWIN = Symbol();
const CONTENT = Symbol();

declare global {
  interface Node {
    [TWIN]?: Node | undefined;
    [CONTENT]?: Node;
  }
}

/** The attribute of a host of a region, with the region's name. */
export const HOST = 'data-lv-region';
export const isHost = (element: Element): boolean => getAttribute(element, HOST) != null;

/** The node on the page that a node of the copy stands for; the other way round only the server's nodes have one. */
export const twin = <N extends Node>(node: N): N => node[TWIN] as N;

/** Whether a node of the page was never the server's. */
export const isUnknown = (live: Node): boolean => !(TWIN in live);

/** Where the server has a node of the page. */
export const homeOf = (live: Node): Node | undefined => {
  const parent = twin(live) && parentNode(twin(live));
  return parent ? twin(parent) : undefined;
};

/** What is in a host of the copy: another region's, so that it isn't among the host's children. */
export const contentOf = <N extends Node>(copy: N): N => (copy[CONTENT] as N | undefined) ?? copy;

export class Memory {
  private readonly copy_: Element;

  constructor(root: Element) {
    this.copy_ = adopt(root);
  }

  /** The copy of an element, as that which holds its content. A host that others put on the page is the server's from now on. */
  copyOf_(live: Element): Element {
    return contentOf(twin(live) ?? adopt(live));
  }

  /** The host of a region on the page, even if others moved it, took it out, or made copies of it; else one that others put there. */
  host(name: string): HTMLElement | null {
    const shown = find(`[${HOST}="${CSS.escape(name)}"]`);
    return shown && twin(shown) ? shown : ((hostIn(this.copy_, name) as HTMLElement | undefined) ?? shown);
  }

  /** The server's value of an attribute. */
  server(element: Element, attribute: string): string | null {
    return getAttribute(twin(element) ?? element, attribute);
  }

  /** A copy of a node as the server has it. */
  clone<N extends Node>(node: N): N {
    return cloneNode(twin(node) ?? node);
  }
}

/** The host of a region in a part of the copy, as it is on the page. */
function hostIn(copy: Element, name: string): Element | undefined {
  if (getAttribute(copy, HOST) == name) return twin(copy);
  for (const host of select(contentOf(copy), `[${HOST}]`)) {
    const found = hostIn(host, name);
    if (found) return found;
  }
  return undefined;
}

/** Takes what is in an element or a shadow root for the server's as it is. Gives the copy. */
export function adopt<N extends Element | DocumentFragment>(live: N): N {
  const copy = inertly(isElement(live) ? live : new DocumentFragment(), false) as N;
  for (const child of childrenOf(live)) insertBefore(copy, inertly(child), null);
  pair(copy, live, true);
  return copy;
}

/** Makes two equal nodes twins, and all that is in them. */
export function pair(copy: Node, live: Node, isOutermost?: boolean): void {
  copy[TWIN] = live;
  live[TWIN] = copy;
  for (let one = firstChild(copy), other = firstChild(live); one; one = nextSibling(one), other = nextSibling(other!)) pair(one, other!);
  if (isOutermost || !isElement(copy) || !isHost(copy)) return;
  const content = (copy[CONTENT] = cloneNode(copy, false));
  content[TWIN] = live;
  move(copy, content);
}

/** Moves the children of a node into another. */
export function move(from: Node, to: Node): void {
  for (const child of childrenOf(from)) insertBefore(to, child, null);
}

/** Makes a node that left the copy nobody's, with all that is in it. `leave` is called with each node on the page that others moved out of it. */
export function disown(copy: Node, leave?: (live: Node) => void): void {
  const live = twin(copy);
  live[TWIN] = undefined;
  for (const child of childrenOf(contentOf(copy))) {
    if (parentNode(twin(child)) != live) leave?.(twin(child));
    disown(child, leave);
  }
}

/** Gives all that is in a node of the copy, but for hosts, new twins that aren't on the page yet. */
export function renew(copy: Node): void {
  for (const child of childrenOf(copy)) {
    if (isElement(child) && isHost(child)) continue;
    twin(child)[TWIN] = undefined;
    const live = (child[TWIN] = cloneNode(child, false));
    live[TWIN] = child;
    renew(child);
  }
}
