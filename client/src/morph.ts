// Turns a live tree into what new HTML says, and keeps what belongs to the user: focus, typed text, scroll, media.
//
// A new node has at most one live node as its partner; one without is inserted as it was parsed. Partners are found by key
// (a region's name, or an id that both trees hold once) anywhere in the trees, else by likeness among the children of
// partners. Hosts of regions go by name alone, and what is in them is never touched.
import { copyAttribute, parse } from './trusted';

type Partners = Map<Node, Element>; // both ways

const HOST = 'data-lv-region';
// An id within a host belongs to that region.
const KEYED = `[${HOST}],[id]:not(:scope [${HOST}] *)`;
const PINNED = ':is(iframe,object,embed,audio,video,:modal,:popover-open)';
const FIELDS = 'input,textarea,select';

// Users and scripts change `open` itself: of each element where they did, whether the server's HTML has it.
const opened = new Map<Node, boolean>();
const learn = (records: MutationRecord[]) =>
  records.forEach(({ target, oldValue }) => opened.has(target) || opened.set(target, oldValue !== null));
const observer = new MutationObserver(learn);
observer.observe(document, { subtree: true, attributeFilter: ['open'], attributeOldValue: true });

// Makes `html` the inner HTML of `from`, or with `outer` its outer HTML. False, with nothing touched, where outer `html`
// isn't one element like `from`, or would be torn apart by the parser among the ancestors of `from`.
export function morph(from: Element, html: string, outer?: boolean): boolean {
  const to = outer ? parseOuter(from, html) : parse(from, html);
  if (!to) return false;
  learn(observer.takeRecords());
  for (const [element] of opened) if (!element.isConnected) opened.delete(element);
  const settle = all(from, FIELDS).map(remember);
  outer ? patch(from, to) : patchChildren(content(from), content(to));
  settle.forEach((each) => each());
  observer.takeRecords(); // our own changes
  return true;
}

// Parses within the names of all ancestors up to the host, so that what the parser moves out of its place shows.
function parseOuter(from: Element, html: string): Element | undefined {
  let context: Element | null = from;
  let depth = 0;
  do if (depth++) html = `<${context.localName}>` + html;
  while ((context = context.parentElement) && !context.matches(`body,[data-lv],[${HOST}]`));
  if (!context) return;
  let to = parse(context, html);
  while (depth--) if (to.childNodes.length !== 1 || !(to = to.firstElementChild!)) return;
  return kind(to) === kind(from) ? to : undefined;
}

// Only nodes of one kind are partners. A field that has another name or stands for another value is another field.
function kind(node: Node): string {
  if (!(node instanceof Element)) return node.nodeName;
  const read = (name: string) => node.getAttribute(name);
  const value = node.matches('option,[type=radio],[type=checkbox],[type=file]') && read('value');
  return node.nodeName + (read(HOST) ?? ` ${read('id')} ${read('name')} ${value}`);
}

type Field = HTMLInputElement & HTMLSelectElement;

// Gives what brings a field to the server's own value where that is another by then, else to what the user made of it.
function remember(element: Element): () => void {
  const field = element as Field;
  const { defaultValue, defaultChecked, selectedOptions } = field;
  const chosen = selectedOptions && [...selectedOptions];
  const own = () => Array.from(field.querySelectorAll<HTMLOptionElement>('[selected]'), (option) => option.value).join();
  const before = own();
  return () => {
    if (field.hasAttribute('data-lvc-keep')) return;
    if (field.defaultValue !== defaultValue && field.value !== field.defaultValue) field.value = field.defaultValue;
    if (field.defaultChecked !== defaultChecked) field.checked = field.defaultChecked;
    if (!chosen) return;
    const follow = own() !== before || !chosen.some((option) => field.contains(option));
    for (const option of field.options) {
      const wanted = follow ? option.defaultSelected : chosen.includes(option);
      if (option.selected !== wanted) option.selected = wanted;
    }
  };
}

function patch(from: Node, to: Node, partners?: Partners): void {
  if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
  if (!(from instanceof Element)) return;
  patchAttributes(from, to as Element);
  patchWithin(from, to as Element, partners);
}

function patchWithin(from: Element, to: Element, partners?: Partners): void {
  if (!from.hasAttribute(HOST)) patchChildren(content(from), content(to), partners);
}

const content = (node: Element): ParentNode => (node.nodeName === 'TEMPLATE' ? (node as HTMLTemplateElement).content : node);

// What the client itself put there stays: attributes `data-lvc-*` and classes `lv-*`.
function patchAttributes(from: Element, to: Element): void {
  const open = to.hasAttribute('open');
  const mine = (name: string) => name.startsWith('data-lvc-') || (name === 'open' && opened.get(from) === open);
  const classes = [...from.classList].filter((name) => name.startsWith('lv-') && !to.classList.contains(name));
  const names = to.getAttributeNames();
  // Twice, for the browser may write `value` when `type` changes.
  for (const name of [...names, ...names])
    if (!mine(name) && from.getAttribute(name) !== to.getAttribute(name)) copyAttribute(from, to, name);
  for (const name of from.getAttributeNames()) {
    if (mine(name) || to.hasAttribute(name)) continue;
    if (name === 'open' && from.nodeName === 'DIALOG') (from as HTMLDialogElement).close();
    from.removeAttribute(name);
  }
  if (opened.get(from) !== open) opened.delete(from);
  if (classes[0]) from.classList.add(...classes);
}

function patchChildren(from: ParentNode, to: ParentNode, partners?: Partners): void {
  const old = [...from.childNodes];
  const now = [...to.childNodes];
  let next: ChildNode | null = null;
  let same = 0;
  while (old[0] && now[0] && equal(old.at(-1)!, now.at(-1)!)) (next = old.pop()!), now.pop();
  while (old[same] && now[same] && equal(old[same]!, now[same]!)) same++;
  old.splice(0, same);
  now.splice(0, same);
  if (old.length === 1 && now.length === 1 && kind(old[0]!) === kind(now[0]!)) return patch(old[0]!, now[0]!, partners);
  partners ??= pairKeys(from, to);
  const free = new Set(old.filter((node) => !partners!.has(node)));
  const found = pairChildren(free, now, partners);
  for (const node of free) discard(from, node, partners);
  const staying = stay(old, found);
  for (let i = now.length; i--; ) {
    const node = now[i]!;
    const partner = found[i];
    if (partner && !staying.has(i)) move(from, partner, next);
    if (partner) patch(partner, node, partners);
    next = partner ?? insert(from, node, next, partners);
  }
}

// isEqualNode looks into no template, and an `open` that is equal may be the user's doing.
const equal = (from: Node, to: Node) =>
  from.isEqualNode(to) &&
  !all(from, 'template').some(({ nodeName }) => nodeName === 'TEMPLATE') &&
  ![...opened.keys()].some((element) => from.contains(element));

// Removes a node at once: an open <details> would close new ones of its name. Partners of nodes elsewhere come out first.
function discard(parent: ParentNode, node: ChildNode, partners: Partners): void {
  for (const element of paired(node, partners)) if (node.contains(element)) move(parent, element, node);
  node.remove();
}

// What has partners of live nodes in it is built anew around them, and so is a host that has another tag now.
function insert(parent: ParentNode, node: ChildNode, next: Node | null, partners: Partners): ChildNode {
  const heir = partners.get(node);
  if (!paired(node, partners)[0]) return parent.insertBefore(node, next);
  const shell = parent.insertBefore(node.cloneNode() as Element, next);
  while (heir?.firstChild) move(shell, heir.firstChild, null);
  heir?.remove();
  patchWithin(shell, node as Element, partners);
  return shell;
}

// The node itself, if it is an element, and the elements in it that match.
const all = (node: Node, selector = '*') => (node instanceof Element ? [node, ...node.querySelectorAll(selector)] : []);
const paired = (node: Node, partners: Partners) => all(node).filter((element) => partners.has(element));

// The state of a moved node survives where the browser has moveBefore.
const move = (parent: ParentNode, node: Node, next: Node | null) =>
  (parent.moveBefore ?? parent.insertBefore).call(parent, node, next);

function pairKeys(from: ParentNode, to: ParentNode): Partners {
  const partners: Partners = new Map();
  const live = keys(from);
  keys(to).forEach((element, key) => {
    const partner = live.get(key);
    if (element && partner && (element.hasAttribute(HOST) || kind(element) === kind(partner)))
      partners.set(element, partner).set(partner, element);
  });
  return partners;
}

// Elements by region name or id; null where there are several.
function keys(root: ParentNode): Map<string, Element | null> {
  const found = new Map<string, Element | null>();
  for (const element of root.querySelectorAll(KEYED)) {
    const key = element.getAttribute(HOST) ?? ' ' + element.getAttribute('id');
    found.set(key, found.has(key) ? null : element);
  }
  return found;
}

// The partner of each new child, out of `free` unless by key: what is the same, else what holds the same fields, else what is of its kind.
function pairChildren(free: Set<ChildNode>, now: ChildNode[], partners: Partners): (ChildNode | undefined)[] {
  const found = now.map<ChildNode | undefined>((node) => {
    const partner = partners.get(node);
    return partner?.nodeName === node.nodeName ? partner : undefined;
  });
  for (const likeness of [whole, fields, kind]) {
    const pool = new Map<string, ChildNode[]>();
    for (const node of free) {
      const key = likeness(node);
      pool.get(key)?.push(node) ?? pool.set(key, [node]);
    }
    now.forEach((node, i) => {
      const partner = (found[i] ??= pool.get(likeness(node))?.shift());
      free.delete(partner!);
    });
  }
  return found;
}

const whole = (node: Node) => kind(node) + ((node as Element).outerHTML ?? node.nodeValue);
const fields = (node: Node) => all(node, '[id],[name]').map(kind) + kind(node);

// The new children whose partners may stay in place: the most that are in order, around those that must not move.
function stay(old: ChildNode[], found: (ChildNode | undefined)[]): Set<number> {
  const index = new Map<ChildNode | undefined, number>(old.map((node, i) => [node, i]));
  const places = found.map((node) => index.get(node) ?? -1);
  for (;;) {
    const staying = longestRise(places);
    const stuck = places.findIndex((place, i) => place >= 0 && !staying.has(i) && pinned(found[i]!));
    if (stuck < 0) return staying;
    const home = places[stuck]!;
    places.forEach((place, i) => (place - home) * (i - stuck) < 0 && (places[i] = -1));
  }
}

// Moving takes the caret from editable text even with moveBefore; without it, much more.
const pinned = (node: ChildNode) =>
  node.contains(document.activeElement) ||
  (!node.parentNode!.moveBefore &&
    all(node).some((e) => e.matches(PINNED) || e.scrollTop || e.scrollLeft || e.getAnimations()[0]));

// The indexes of a longest increasing subsequence; negative numbers take no part.
function longestRise(numbers: number[]): Set<number> {
  const ends: number[] = []; // the index of the smallest number that ends a rise, by the rise's length
  const before: (number | undefined)[] = [];
  numbers.forEach((number, i) => {
    if (number < 0) return;
    let length = ends.length;
    while (length && numbers[ends[length - 1]!]! > number) length--;
    before[i] = ends[length - 1];
    ends[length] = i;
  });
  const rise = new Set<number>();
  for (let i = ends.at(-1); i !== undefined; i = before[i]) rise.add(i);
  return rise;
}
