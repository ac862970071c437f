// Patches one element of a region instead of the whole, where the server names it and nothing stands against it.
import type { Hint, Html } from '../wire/delta';
import { toText } from '../wire/msgpack';
import type { Patcher } from './patcher';

/** Patches the hinted element of the region under `host`. False, with nothing touched: the whole region has to be patched. */
export function narrow(patcher: Patcher, host: Element, html: Html, hint: Hint): boolean {
  const outer = toText(html.buf.subarray(...hint));
  // The server names none whose start tag has another quoted text like this before its id.
  const id = /\sid="([^"]+)"/.exec(outer);
  return !!id && replaceElement(patcher, host, id[1]!, outer);
}

/**
 * Makes `html` the outer HTML of the one element with `id` in the region under `host`, or its `inner` HTML. False, with nothing
 * touched, where the region hasn't exactly one such element, or the parser would tear outer `html` apart in its place.
 */
export function replaceElement(patcher: Patcher, host: Element, id: string, html: string, inner?: number): boolean {
  const element = patcher.find(host, id);
  if (!element) return false;
  if (!inner) return patcher.outer(element, host, html);
  patcher.inner(element, html);
  return true;
}
