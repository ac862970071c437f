// The focus and the selection, which nodes lose that move, and texts that change.
import { call, childrenOf, nodeValue, ofDocument, read } from '../dom/native';

/** The element with the focus, within shadow roots too. */
export function focused(): Element | null {
  let active = ofDocument('activeElement');
  for (let inner; active && (inner = read(active, 'shadowRoot')?.activeElement); ) active = inner;
  return active;
}

/** Changes the page, and puts back what was lost of the focus, and of the selection in editable text; fields know theirs. */
export function keepFocus(change: () => void): void {
  const active = focused();
  if (!active || active == ofDocument('body')) return change();
  // Asked only of what is edited: if there is no selection, Chromium lays the page out to say so.
  const selection = call(active, 'closest', '[contenteditable]') && ofDocument('getSelection').call(document);
  const before = selection && endsOf(selection);
  change();
  if (!read(active, 'isConnected')) return;
  if (focused() != active) {
    if (active instanceof HTMLElement) HTMLElement.prototype.focus.call(active, { preventScroll: true });
    else if (active instanceof SVGElement) active.focus({ preventScroll: true });
  }
  if (!before || endsOf(selection).every((end, i) => end == before[i])) return;
  const [anchor, anchorOffset, focus, focusOffset] = before;
  if (anchor && focus && read(anchor, 'isConnected') && read(focus, 'isConnected'))
    selection.setBaseAndExtent(anchor, within(anchor, anchorOffset), focus, within(focus, focusOffset));
}

const endsOf = ({ anchorNode, anchorOffset, focusNode, focusOffset }: Selection) => [anchorNode, anchorOffset, focusNode, focusOffset] as const;

const within = (node: Node, offset: number): number => Math.min(offset, nodeValue(node)?.length ?? childrenOf(node).length);
