import type { Hint, Html } from '../wire/delta';
import type { Patcher } from './patcher';
import { toText } from '../wire/msgpack';
export function narrow(patcher: Patcher, host: Element, html: Html, hint: Hint): boolean | null {
  const outer = toText(html.buf.subarray(...hint));
  const id = /\sid="([^"]+)"/.exec(outer);
  return id && replaceElement(patcher, host, id[1]!, outer);
}
export function replaceElement(patcher: Patcher, host: Element, id: string, html: string, inner?: boolean): boolean {
  const [element, another] = host.querySelectorAll('#' + CSS.escape(id));
  return !another && element?.closest('[data-lv-region]') == host && patcher.outer(element, inner ? element : host, html);
}
