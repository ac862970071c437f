// The one Trusted Types policy, `live`, and what goes through it. Without Trusted Types plain strings serve.
import { childrenOf, getAttribute, isElement, namesOf, nodeValue } from './native';

interface Policy {
  createHTML(text: string): string;
}

const rules: Policy = { createHTML: (text) => text };
// The policy's objects pass as strings: every sink takes both.
export const policy: Policy = (window as any).trustedTypes?.createPolicy('live', rules) ?? rules;

/** A document where nothing loads, runs or upgrades. */
const inert = (Reflect.get(Document.prototype, 'implementation', document) as DOMImplementation).createHTMLDocument();

// Without scripts the parser makes elements of what is in `noscript`; on the page it is text, as in this element.
const RAW = 'noembed';
const MARK = 'data-lvc-noscript';
const OPEN = `<${RAW} ${MARK} `;

/** Parses `html` as the content of `context`, inertly. */
export function parse(context: Element, html: string): Element {
  const root = inert.importNode(context);
  const scriptless = /<noscript/i.test(html);
  const trusted = policy.createHTML(scriptless ? html.replace(/<noscript(?=[\s/>])/gi, OPEN).replace(/<\/noscript/gi, '</' + RAW) : html);
  // Only this one parses declared shadow roots.
  if (/shadowrootmode/i.test(html) && root.setHTMLUnsafe) root.setHTMLUnsafe(trusted);
  else root.innerHTML = trusted;
  if (scriptless) restore(root);
  return root;
}

const restored = (text: string): string => text.replaceAll(OPEN, '<noscript').replaceAll('</' + RAW, '</noscript');

/** Gives back what stands for `noscript`, also in texts that only look like it. */
function restore(node: Node): void {
  childrenOf(node instanceof HTMLTemplateElement ? node.content : node).forEach(restore);
  if (!isElement(node)) {
    if (nodeValue(node)) node.nodeValue = restored(nodeValue(node)!);
    return;
  }
  for (const name of namesOf(node)) {
    const value = getAttribute(node, name)!;
    if (value.includes(RAW)) node.setAttribute(name, restored(value));
  }
  if (getAttribute(node, MARK) == null) return;
  node.removeAttribute(MARK);
  const element = inert.createElementNS(node.namespaceURI, 'noscript');
  for (const name of namesOf(node)) element.setAttributeNode(node.getAttributeNode(name)!.cloneNode() as Attr);
  element.append(...childrenOf(node));
  node.replaceWith(element);
}
