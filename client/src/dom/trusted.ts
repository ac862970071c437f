// The one Trusted Types policy, `live`, and what goes through it. Without Trusted Types plain strings serve.
import { ofDocument, select } from './native';

interface Policy {
  createHTML(text: string): string;
}

const rules: Policy = { createHTML: (text) => text };
// The policy's objects pass as strings: every sink takes both.
export const policy: Policy = (window as any).trustedTypes?.createPolicy('live', rules) ?? rules;

/** A document where nothing loads, runs or upgrades. */
const inert = ofDocument('implementation').createHTMLDocument();

// Without scripts the parser makes elements of what is in `noscript`; on the page it is text, as in this one, which nobody uses.
const RAW = 'noembed';
const RESTORED = RAW + ',template';

/** A copy of a node where nothing of it loads, runs or upgrades. */
export const inertly = <N extends Node>(node: N, deep = true): N => inert.importNode(node, deep);

/** Parses `html` as the content of `context`, inertly. */
export function parse(context: Element, html: string): Element {
  const root = inertly(context, false);
  const raw = html.replace(/<!--[^]*?-->|<(script|style)[\s>][^]*?<\/\1|(<\/?)noscript(?=[\s/>])/gi, (all, _, start) => (start ? start + RAW : all));
  const trusted = policy.createHTML(raw);
  // Only this one parses declared shadow roots.
  if (/shadowrootmode/i.test(html) && root.setHTMLUnsafe) root.setHTMLUnsafe(trusted);
  else root.innerHTML = trusted;
  if (raw != html) restore(select(root, RESTORED));
  return root;
}

/** Puts each `noscript` in the place of what stands for it. */
function restore(elements: Iterable<Element>): void {
  for (const each of elements) {
    if (each instanceof HTMLTemplateElement) {
      restore(each.content.querySelectorAll(RESTORED));
      continue;
    }
    const element = inert.createElementNS(each.namespaceURI, 'noscript');
    for (const { name, value } of each.attributes) element.setAttribute(name, value);
    element.append(...each.childNodes);
    each.replaceWith(element);
  }
}
