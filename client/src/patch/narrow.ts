// Patches one element of a region instead of the whole, where the server names it and nothing stands against it.
import type { Hint, Html } from '../wire/delta';
import { morph } from './morph';
import { toText } from '../wire/msgpack';

/** Morphs the hinted element of the region under `host`. Nothing, or false, with nothing touched: the whole region has to be morphed. */
export function narrow(host: Element, html: Html, hint: Hint): boolean | null {
  const outer = toText(html.buf.subarray(...hint));
  // The server names none whose start tag has another quoted text like this before its id.
  const id = /\sid="([^"]+)"/.exec(outer);
  return id && replaceElement(host, id[1]!, outer);
}

/**
 * Morphs the one element with `id` in the region under `host` into `html`, its new outer HTML, or `inner`. False, with nothing touched,
 * where the region hasn't exactly one such element, or the parser would tear outer `html` apart in its place.
 */
export function replaceElement(host: Element, id: string, html: string, inner?: number): boolean {
  const [element, another] = host.querySelectorAll('#' + CSS.escape(id));
  // A host isn't named itself.
  return !another && element?.closest('[data-lv-region]') == host && morph(element, html, inner ? element : host);
}
