import { morph } from './morph';
import type { Memory } from './memory';
export interface FieldKeeper {
  around(within: Element, run: () => void): void;
  defers(live: Element, now: Element): boolean;
}
export class Patcher {
  constructor(_root: Element, _memory: Memory, private fields_?: FieldKeeper) {}
  inner(host: Element, html: string): void { this.fields_!.around(host, () => morph(host, html)); }
  outer(element: Element, host: Element, html: string): boolean { let ok = false; this.fields_!.around(element, () => { ok = morph(element, html, host); }); return ok; }
  exact(host: Element, html: string): void { this.inner(host, html); }
  replace(host: Element, html: string): void { this.inner(host, html); }
  exactElement(_live: Element, _now: Element): void {}
}
