export class Memory {
  constructor(_root: Element) {}
  server(element: Element, name: string): string | null { return element.getAttribute(name); }
}
