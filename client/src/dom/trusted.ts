// The one Trusted Types policy, `live`, and what goes through it. Without Trusted Types plain strings serve.
import { select } from './native';

interface Policy {
  createHTML(text: string): string;
}

const rules: Policy = { createHTML: (text) => text };
// The policy's objects pass as strings: every sink takes both.
export const policy: Policy = (window as any).trustedTypes?.createPolicy('live', rules) ?? rules;

/** A document where nothing loads, runs or upgrades. */
const inert = (Reflect.get(Document.prototype, 'implementation', document) as DOMImplementation).createHTMLDocument();

// Without scripts the parser makes elements of what is in `noscript`; on the page it is text, as in this one, which nobody uses.
const RAW = 'noembed';

/** Parses `html` as the content of `context`, inertly. */
export function parse(context: Element, html: string): Element {
  const root = inert.importNode(context);
  const raw = html.replace(/(<\/?)noscript(?=[\s/>])/gi, '$1' + RAW);
  const trusted = policy.createHTML(raw);
  // Only this one parses declared shadow roots.
  if (/shadowrootmode/i.test(html) && root.setHTMLUnsafe) root.setHTMLUnsafe(trusted);
  else root.innerHTML = trusted;
  if (raw != html) restore(root);
  return root;
}

/** Puts each `noscript` in the place of what stands for it. */
function restore(root: Node): void {
  for (const each of select(root, `${RAW},template`)) {
    if (each instanceof HTMLTemplateElement) {
      restore(each.content);
      continue;
    }
    const element = inert.createElementNS(each.namespaceURI, 'noscript');
    for (const { name, value } of each.attributes) element.setAttribute(name, value);
    element.append(...each.childNodes);
    each.replaceWith(element);
  }
}
