// The one Trusted Types policy, `live`, and what goes through it. Without Trusted Types plain strings serve.

interface Policy {
  createHTML(text: string): string;
}

const rules: Policy = { createHTML: (text) => text };
// The policy's objects pass as strings: every sink takes both.
export const policy: Policy = (window as any).trustedTypes?.createPolicy('live', rules) ?? rules;

// Parses `html` as the content of `context`, in a document where nothing loads, runs or upgrades.
export function parse(context: Element, html: string): Element {
  const root = document.implementation.createHTMLDocument().importNode(context);
  root.innerHTML = policy.createHTML(html);
  return root;
}
