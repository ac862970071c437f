// Reading the DOM.

/** The attribute `data-lv-<name>`. */
export const attr = (element: Element | null | undefined, name: string): any => element?.getAttribute('data-lv-' + name);

/** The node itself, and the elements in it that match. */
export const all = (node: any, selector = '*'): any[] => [node, ...(node.querySelectorAll?.(selector) ?? [])];
