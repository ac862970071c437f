// The two-way morph that three-way patching took the place of: it makes the page equal to new HTML, whatever others changed. It is
// here to be compared with, and to be caught.
//
// A new node has at most one live node as its partner; one without is inserted as it was parsed. Partners are found by key
// (a region's name, or an id that both trees hold once) anywhere in the trees, else by likeness among the children of
// partners. Hosts of regions go by name alone, and what is in them is never touched.
import { parse } from '../../../client/src/dom/trusted';

declare global {
  interface MapConstructor {
    groupBy<K, V>(items: Iterable<V>, key: (item: V) => K): Map<K, V[]>; // ES2024
  }
}

/** The node itself, and the elements in it that match. */
const all = (node: any, selector = '*'): any[] => [node, ...(node.querySelectorAll?.(selector) ?? [])];

const HOST = 'data-lv-region';
// An id within a host belongs to that region.
const KEYED = `[${HOST}],[id]:not(:scope [${HOST}] *)`;
const PINNED = 'iframe,audio,video,:modal,:popover-open';

// What is the user's has this attribute, and in it the server's `open` as text: users and scripts change `open` themselves, and fields,
// which have none, are marked from outside.
const KEEP = 'data-lvc-keep';
const learn = (records: MutationRecord[]) =>
  records.forEach(({ target, oldValue }: any) => target.hasAttribute(KEEP) || target.setAttribute(KEEP, oldValue));
const observer = new MutationObserver(learn);
observer.observe(document, { subtree: true, attributeFilter: ['open'], attributeOldValue: true });

/**
 * Makes `html` the inner HTML of `from`; or its outer HTML, where `host` is the element around it whose parts are morphed. False,
 * with nothing touched, where outer `html` isn't one element like `from`, or would be torn apart by the parser in its place.
 */
export function morph(from: Element, html: string, host = from): boolean {
  let partners: Map<Node, any> | undefined; // both ways
  const gone: ChildNode[] = [];

  // Parsed within the names of all ancestors up to the host, so that what the parser moves out of its place shows.
  let depth = 0;
  for (let at = from; at != host; at = at.parentElement!) if (depth++) html = `<${at.localName}>` + html;
  let to: any = parse(host, html);
  while (depth--) to = to.childNodes?.length == 1 && to.firstChild;
  if (kind(to) != kind(from)) return false;
  learn(observer.takeRecords());
  // isEqualNode looks into no template.
  const plain = !to.querySelector('template');
  patch(from, to);
  gone.map((node) => node.remove());
  observer.takeRecords(); // our own changes
  return true;

  function equal(live?: Node, now?: Node): boolean | undefined {
    return plain && live?.isEqualNode(now!);
  }

  function patch(live: any, now: any): void {
    if (live.nodeValue != now.nodeValue) live.nodeValue = now.nodeValue;
    if (live.nodeType > 1) return;
    const { defaultValue, defaultChecked } = live;
    const { value, checked } = now;
    const chosen = live.selectedOptions && [...live.selectedOptions];
    const stays = chosen && own(live) == own(now);
    const mine = live.getAttribute(KEEP) == now.getAttribute('open') + '';
    // First those it has, then the new ones; `type` before `value` is seen again, for it may make the browser write that.
    for (const name of [...live.getAttributeNames(), ...now.getAttributeNames()]) {
      const value = now.getAttribute(name);
      if (live.getAttribute(name) == value || (mine && (name == KEEP || name == 'open'))) continue;
      try {
        // As a node, for the parser accepts names that setAttribute refuses.
        if (value != null) live.setAttributeNode(now.getAttributeNode(name).cloneNode());
        else name == 'open' && live.close?.(), live.removeAttribute(name);
      } catch (error) {
        // Trusted Types guard it: it stays.
        reportError(error);
      }
    }
    if (live == from || !live.hasAttribute(HOST))
      live.nodeName == 'TEMPLATE' ? patchChildren(live.content, now.content) : patchChildren(live, now);
    // A field follows the server where the server's own value is another by now.
    if (value == null || mine) return;
    if (defaultValue != live.defaultValue && live.value != value) live.value = value;
    if (defaultChecked != live.defaultChecked) live.checked = checked;
    if (chosen) {
      const keep = stays && chosen.every(({ isConnected }: Node) => isConnected);
      for (const option of live.options) option.selected = keep ? chosen.includes(option) : option.defaultSelected;
    }
  }

  function patchChildren(live: any, now: any): void {
    const olds = [...live.childNodes];
    const news = [...now.childNodes];
    let next: any;
    while (equal(olds.at(-1), news.at(-1))) (next = olds.pop()), news.pop();
    while (equal(olds[0], news[0])) olds.shift(), news.shift();
    if (olds.length * news.length == 1 && kind(olds[0]) == kind(news[0])) return patch(olds[0], news[0]);
    if (!partners) pairKeys();
    for (const likeness of [whole, fields, kind]) {
      const pool = Map.groupBy(olds.filter((node) => !partners!.has(node)), likeness);
      for (const node of news) partners!.has(node) || pair(pool.get(likeness(node))?.shift(), node);
    }
    for (const node of olds) if (!partners!.has(node)) holds(node) ? gone.push(node) : node.remove();

    // Moving takes the caret from editable text even with moveBefore; without it, much more.
    const pinned = (node: Node) =>
      node.contains(document.activeElement) ||
      (!live.moveBefore &&
        all(node).some((each) => each.matches?.(PINNED) || each.scrollTop || each.getAnimations?.()[0]));
    // The most that are in order stay in place, around those that must not move.
    const places = news.map((node) => olds.indexOf(partners!.get(node)));
    const scores: number[] = [];
    const best = (limit: number) => Math.max(0, ...scores.filter((_, i) => places[i]! < limit));
    for (const place of places) scores.push(best(place) + (place < 0 ? -1 : pinned(olds[place]) ? 1e6 : 1));
    let limit = 1 / 0;
    let want = best(limit);
    for (const node of news.reverse()) {
      const place = places.pop()!;
      // What has partners of live nodes in it is built anew around them.
      const partner = partners!.get(node) ?? (holds(node) ? node.cloneNode() : node);
      if (scores.pop() == want && place < limit) want = best((limit = place));
      else live[partner.isConnected && live.moveBefore ? 'moveBefore' : 'insertBefore'](partner, next);
      if (partner != node) patch(partner, node);
      next = partner;
    }
  }

  function pairKeys(): void {
    partners = new Map();
    Map.groupBy(
      [from, to].flatMap((root) => all(root, KEYED)),
      (node) => node.getAttribute(HOST) ?? kind(node),
    ).forEach(([live, now, more]: any) => {
      if (more || !from.contains(live) || !to.contains(now)) return;
      if (live.nodeName != now.nodeName) {
        // A host that has another tag now.
        const heir = now.cloneNode();
        live.replaceWith(heir);
        heir.append(...live.childNodes);
        live = heir;
      }
      pair(live, now);
    });
  }

  // Whether partners of nodes elsewhere are in it.
  function holds(node: Node): boolean {
    return all(node).some((each) => partners!.has(each));
  }

  function pair(live: Node | undefined, now: Node): void {
    if (live) partners!.set(live, now).set(now, live);
  }
}

// Only nodes of one kind are partners. A field that has another name or stands for another value is another field; a script with another text
// would run, if that were put into it.
function kind(node: any): string {
  const read = (name: any) => node.getAttribute?.(name);
  return node.nodeName + (read(HOST) ?? [['id', 'name', 'srcdoc', node.matches?.('option,[type=radio],[type=checkbox]') && 'value'].map(read), node.matches?.('script') && node.text]);
}

const whole = (node: any): string => node.outerHTML ?? kind(node) + node.nodeValue;
const fields = (node: Node) => all(node, '[id],[name]').map(kind) + '';


const own = (select: Element) => Array.from(select.querySelectorAll<HTMLOptionElement>('[selected]'), (option) => option.value) + '';
