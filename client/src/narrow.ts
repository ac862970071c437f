// Patches one element of a region instead of the whole, where the server names it and nothing stands against it.
import type { Hint, Html } from './delta';
import { morph } from './morph';
import { toText } from './msgpack';

/** Morphs the hinted element of the region under `host`. False, with nothing touched: the whole region has to be morphed. */
export function narrow(host: Element, html: Html, hint: Hint): boolean {
  const outer = toText(html.buf.subarray(...hint));
  // The server names none whose start tag has another quoted text like this before its id.
  const id = /\sid="([^"]+)"/.exec(outer);
  return !!id && replaceElement(host, id[1]!, outer);
}

/**
 * Morphs the one element with `id` in the region under `host` into `html`, its new outer HTML. False, with nothing touched,
 * where the region hasn't exactly one such element, or the parser would tear `html` apart in its place.
 */
export function replaceElement(host: Element, id: string, html: string): boolean {
  const found = host.querySelectorAll('#' + CSS.escape(id));
  const element = found[0]!;
  // A host isn't named itself.
  return found.length == 1 && element.closest('[data-lv-region]') == host && morph(element, html, host);
}
