// The focus and the selection, which nodes lose that move, and texts that change.
import { contains, isConnected, nodeValue, ofDocument, shadowRoot } from '../dom/native';

/** The element with the focus, within shadow roots too. */
export function focused(): Element | null {
  let active = ofDocument('activeElement');
  for (let inner; active && (inner = shadowRoot(active)?.activeElement); ) active = inner;
  return active;
}

/** Changes the page, and puts back what was lost of the focus and the selection. */
export function keepFocus(root: Element, change: () => void): void {
  const active = focused();
  const field = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement ? active : null;
  const { selectionStart, selectionEnd, selectionDirection } = field ?? {};
  const selection = ofDocument('getSelection').call(document);
  const range = !field && selection && contains(root, selection.anchorNode) && contains(root, selection.focusNode) ? endsOf(selection) : null;
  change();
  if (active && focused() != active && isConnected(active)) {
    if (active instanceof HTMLElement) HTMLElement.prototype.focus.call(active, { preventScroll: true });
    else if (active instanceof SVGElement) active.focus({ preventScroll: true });
  }
  // Another type may have none.
  if (field && selectionStart != null && field.selectionStart != null && focused() == field)
    if (field.selectionStart != selectionStart || field.selectionEnd != selectionEnd)
      field.setSelectionRange(selectionStart, selectionEnd!, selectionDirection!);
  if (range && endsOf(selection!).some((end, i) => end != range[i]) && isConnected(range[0]) && isConnected(range[2]))
    selection!.setBaseAndExtent(range[0], within(range[0], range[1]), range[2], within(range[2], range[3]));
}

const endsOf = ({ anchorNode, anchorOffset, focusNode, focusOffset }: Selection): [Node, number, Node, number] => [
  anchorNode!,
  anchorOffset,
  focusNode!,
  focusOffset,
];

const within = (node: Node, offset: number): number => Math.min(offset, nodeValue(node)?.length ?? node.childNodes.length);
