// The one Trusted Types policy, `live`, and the parsing that goes through it. Without Trusted Types plain strings serve.

const same = (text: string) => text;
const rules = { createHTML: same, createScript: same, createScriptURL: same };

type Policy = Record<keyof typeof rules, (text: string) => string>;
interface Types {
  createPolicy(name: string, rules: Policy): Policy;
  getAttributeType(tag: string, attribute: string): string | null;
}

const types = (globalThis as { trustedTypes?: Types }).trustedTypes;
// The policy's objects pass as strings: every sink takes both.
export const policy: Policy = types?.createPolicy('live', rules) ?? rules;

// Parses `html` as the content of `context`, in a document where nothing loads, runs or upgrades.
export function parse(context: Element, html: string): Element {
  const root = document.createElement('template').content.ownerDocument.importNode(context);
  root.innerHTML = policy.createHTML(html);
  return root;
}

// Copies an attribute. As a node, for the parser accepts names that setAttribute refuses; a guarded one through the policy.
export function copyAttribute(from: Element, to: Element, name: string): void {
  const guard = types?.getAttributeType(from.localName, name);
  if (guard) from.setAttribute(name, policy[guard.replace('Trusted', 'create') as keyof Policy](to.getAttribute(name)!));
  else from.setAttributeNode(to.getAttributeNode(name)!.cloneNode() as Attr);
}
