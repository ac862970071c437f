export class Memory {
  constructor(_root: Element) {}
  server(_element: Element, _name: string): string | null { return null; }
}
