// The oracle of the three-way test: knows by identity which node on the page is which of the server's, and decides whether a patch
// left the server's HTML plus what others changed and the server did not. It shares no code with the patcher. Runs in the page.
//
// Which new node a node on the page stands for is found from the outcome: the outcome is right if there is any way to read it that
// keeps all rules.

const KEYS = ['id', 'name', 'data-lv-key', 'data-lv-region'];
const key = (node) => node.nodeName + (node.attributes ? KEYS.map((name) => `|${node.getAttribute(name)}`).join('') : '');
const attributesOf = (element) => new Map([...(element.attributes ?? [])].map(({ name, value }) => [name, value]));
const tokens = (text) => new Set(text.split(/\s+/).filter(Boolean));
const sameSets = (a, b) => a.size === b.size && [...a].every((each) => b.has(each));
const sameLists = (a, b) => a.length === b.length && a.every((each, i) => each === b[i]);
const increases = (numbers) => numbers.every((number, i) => !i || numbers[i - 1] < number);

/** isEqualNode, and the same in templates. */
export function deepEqual(a, b) {
  if (!a.isEqualNode(b)) return false;
  const templates = (node) => [node, ...(node.querySelectorAll?.('template') ?? [])].filter((each) => each instanceof HTMLTemplateElement);
  const others = templates(b);
  return templates(a).every((each, i) => deepEqual(each.content, others[i].content));
}

export class Oracle {
  constructor(root, others, parse) {
    Object.assign(this, { root, others, parse });
    this.model = parse('');
    /** Whether it can't be known any more which of two equal nodes that are out of the page the server has removed. */
    this.ambiguous = false;
    /** Nodes on the page to the server's, and back. */
    this.models = new Map([[root, this.model]]);
    this.lives = new Map([[this.model, root]]);
  }

  /** Notes what the page is before a patch. */
  note() {
    this.before = new Map();
    const visit = (node) => {
      const children = [...node.childNodes];
      this.before.set(node, { parent: node.parentNode, children, connected: node.isConnected, attributes: attributesOf(node), text: node.nodeValue, value: node.value });
      children.forEach(visit);
    };
    const top = (node) => (node.parentNode && node.parentNode !== document.body ? top(node.parentNode) : node);
    for (const node of [this.root, this.others.aside, ...this.others.out, ...this.models.keys()]) if (!this.before.has(node)) visit(top(node));
    this.others.written.length = this.others.moved.length = 0;
  }

  /** Null if the page is what it has to be after a patch to `html`; else what is wrong. */
  judge(html) {
    const model = this.parse(html);
    this.trail = [[this.root, model]];
    this.lost = new Set();
    this.problem = null;
    this.depth = -1;
    this.pairKeys(model);
    if (!this.children(this.root, model, this.model, 0) || !this.isWholeRight()) return this.problem ?? 'no way to read it';
    const stays = new Map(this.trail);
    // What the server has removed is others', should they bring it back.
    for (const live of this.models.keys()) if (!stays.has(live)) this.others.made.add(live);
    this.models = stays;
    this.lives = new Map(this.trail.map(([live, now]) => [now, live]));
    this.model = model;
    return null;
  }

  /** Notes why a reading is wrong; the deepest one is told. */
  wrong(depth, text, node) {
    if (window.debugging === 2) console.log(depth, text, node?.outerHTML ?? node?.nodeValue);
    if (depth > this.depth) {
      this.depth = depth;
      this.problem = `${text}: ${node?.outerHTML ?? node?.nodeValue ?? node?.nodeName}`;
    }
    return false;
  }

  /** Which live node each new one with a key has to be. */
  pairKeys(model) {
    this.fixed = new Map();
    const ids = (root) => {
      const found = new Map();
      for (const each of root.querySelectorAll('[id],[data-lv-region]')) {
        const name = key(each);
        found.set(name, found.has(name) ? null : each);
      }
      return found;
    };
    const olds = ids(this.model);
    for (const [name, now] of ids(model)) {
      const old = olds.get(name);
      if (old && now && key(old) === key(now)) this.fixed.set(now, this.lives.get(old)).set(this.lives.get(old), now);
    }
  }

  /** One node: what it is, and what is in it. */
  node(live, now, depth) {
    const old = this.models.get(live);
    const mark = this.trail.length;
    this.trail.push([live, now]);
    if (this.own(live, now, old, depth) && this.children(live, now, old, depth + 1)) return true;
    this.trail.length = mark;
    return false;
  }

  /** The node itself: text and attributes. */
  own(live, now, old, depth) {
    if (old ? key(old) !== key(now) : live.nodeName !== now.nodeName || this.before.has(live)) return false;
    const before = this.before.get(live);
    if (now.nodeType !== Node.ELEMENT_NODE) {
      const wanted = old && old.nodeValue === now.nodeValue ? before.text : now.nodeValue;
      return live.nodeValue === wanted || this.wrong(depth, `text should be ${JSON.stringify(wanted)}`, live);
    }
    const [is, server] = [attributesOf(live), attributesOf(now)];
    const was = old && attributesOf(old);
    for (const name of new Set([...is.keys(), ...server.keys(), ...(was?.keys() ?? []), ...(before?.attributes.keys() ?? [])])) {
      const written = this.others.written.findLast((each) => each[0] === live && each[1] === name);
      if (written && is.get(name) === written[2]) continue;
      const shown = before?.attributes.get(name);
      let wanted = server.get(name);
      if (old && was.get(name) === wanted) wanted = shown;
      else if (old && name === 'class' && wanted !== undefined && shown !== undefined && shown !== was.get(name)) {
        const [olds, news] = [tokens(was.get(name) ?? ''), tokens(wanted)];
        const merged = new Set([...tokens(shown)].filter((each) => news.has(each) || !olds.has(each)));
        for (const each of news) if (!olds.has(each)) merged.add(each);
        if (sameSets(merged, tokens(is.get(name) ?? ''))) continue;
        wanted = [...merged].join(' ');
      }
      if (is.get(name) !== wanted) return this.wrong(depth, `${name} should be ${JSON.stringify(wanted)}`, live);
    }
    if (old && live.localName === 'input' && was.get('value') === server.get('value') && is.get('value') === before.attributes.get('value'))
      if (live.value !== before.value) return this.wrong(depth, `what was typed should be ${before.value}`, live);
    return true;
  }

  children(live, now, old, depth) {
    if (now.nodeType !== Node.ELEMENT_NODE) return true;
    const shown = [...live.childNodes];
    const before = this.before.get(live)?.children ?? [];
    if (now instanceof HTMLTemplateElement) return deepEqual(live.content, now.content) || this.wrong(depth, 'the template is not as parsed', live);
    if (now.hasAttribute('data-lv-region')) return sameLists(shown, old ? before : []) || this.wrong(depth, 'the host lost its content', live);

    const list = { live, now, old, depth, shown, before, news: [...now.childNodes], olds: old ? [...old.childNodes].map((each) => this.lives.get(each)) : [] };
    list.direct = shown.filter((node) => this.belongs(node, list));
    list.absent = [...list.olds.filter((node) => !shown.includes(node)), ...this.others.moved.filter((node) => !this.models.has(node) || this.fixed.get(node)?.parentNode === now)];
    const places = list.olds.map((node) => before.indexOf(this.seat(node, live, (each) => this.parentBefore(each)))).filter((place) => place >= 0);
    list.sorted = places.every((place, i) => !i || places[i - 1] <= place);
    list.fixed = new Map();
    this.fixUnique(list);
    return this.assign(list, []);
  }

  /** Whether a node in this place may be one of its parent's children, as the server has it. */
  belongs(node, { now, old }) {
    if (this.others.made.has(node)) return false;
    const known = this.models.get(node);
    if (!known) return true;
    return this.fixed.has(node) ? this.fixed.get(node).parentNode === now : known.parentNode === old;
  }

  /** Children of which there is one of a kind, before and now, are the same. */
  fixUnique({ news, olds, fixed }) {
    const single = (nodes, read) => {
      const found = new Map();
      for (const node of nodes) {
        const model = read(node);
        if (model.nodeType !== Node.ELEMENT_NODE || ['OPTION', 'SCRIPT'].includes(model.nodeName)) continue;
        found.set(key(model), found.has(key(model)) ? null : node);
      }
      return found;
    };
    const before = single(olds, (node) => this.models.get(node));
    for (const [kind, now] of single(news, (node) => node)) if (now && before.get(kind) && !this.fixed.has(now) && !this.fixed.has(before.get(kind))) fixed.set(now, before.get(kind));
  }

  /** Finds for each new child the node that it is. */
  assign(list, taken) {
    const { news, direct, absent, depth, live } = list;
    const now = news[taken.length];
    const rest = direct.filter((node) => !taken.includes(node));
    if (!now) return rest.length ? this.wrong(depth, `has too much (${rest.map((node) => node.nodeName)})`, live) : this.isRight(list, taken);
    const fixed = this.fixed.get(now) ?? list.fixed.get(now);
    const free = [...(list.sorted ? rest.slice(0, 1) : rest), ...absent.filter((node) => !taken.includes(node))];
    // Of those that are alike the one that is the earlier one; new ones last.
    const place = (node) => (list.olds.includes(node) ? list.olds.indexOf(node) : Infinity);
    free.sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
    for (const node of free) {
      if (fixed ? fixed !== node : this.fixed.has(node) && this.fixed.get(node) !== now) continue;
      const mark = this.trail.length;
      const lost = [...this.lost];
      if (this.node(node, now, depth) && this.assign(list, [...taken, node])) return true;
      this.trail.length = mark;
      this.lost = new Set(lost);
    }
    return this.wrong(depth, `nothing stands for child ${taken.length} (${now.outerHTML ?? now.nodeValue})`, live);
  }

  parentBefore(node) {
    return this.before.get(node)?.parent ?? null;
  }

  /** The child of `parent` that is `node` or that others put around it. */
  seat(node, parent, parentOf = (each) => each.parentNode) {
    let at = node;
    while (parentOf(at) && parentOf(at) !== parent && this.others.made.has(parentOf(at))) at = parentOf(at);
    return parentOf(at) === parent ? at : null;
  }

  /** The rules of a whole list of children. */
  isRight(list, taken) {
    const { live, now, old, depth, shown, before, news, olds } = list;
    const seatBefore = (node) => this.seat(node, live, (each) => this.parentBefore(each));
    const kept = taken.filter((node) => olds.includes(node));
    for (const node of olds) if (!taken.includes(node) && !this.fixed.has(node) && node.isConnected) return this.wrong(depth, 'the server has removed', node);
    for (const node of kept) if (!shown.includes(node) && node.parentNode !== this.parentBefore(node) && !this.others.moved.includes(node)) return this.wrong(depth, 'others left it elsewhere', node);
    const isLost = taken.some((node, i) => {
      const was = this.models.get(node);
      if (!was || !olds.includes(node) || deepEqual(was, news[i])) return false;
      const { parent, connected, text } = this.before.get(node);
      if (was.nodeType === Node.ELEMENT_NODE) return !seatBefore(node) && !connected;
      return was.nodeValue !== news[i].nodeValue && (parent !== live || (text !== was.nodeValue && text !== news[i].nodeValue));
    });
    const isEmptied = olds.length && kept.length < taken.length && !olds.some(seatBefore);
    if (isLost || isEmptied) {
      this.lost.add(live);
      const left = taken.filter((node) => !this.others.moved.includes(node)); // custom elements go away by themselves
      return sameLists(shown.filter((node) => this.before.has(node) || !this.others.made.has(node)), left) || this.wrong(depth, 'the place is lost, so that the children must be exactly the server\'s', live);
    }
    for (const node of before) if (this.others.made.has(node) && !shown.includes(node)) return this.wrong(depth, `a foreign node is missing: ${node.outerHTML ?? node.nodeValue}, in`, live);
    for (const node of shown) if (this.others.made.has(node) && this.before.has(node) && !before.includes(node)) return this.wrong(depth, `a foreign node was moved here: ${node.outerHTML ?? node.nodeValue}, in`, live);
    // Nothing that the server has still is made anew.
    const removed = olds.filter((node) => !taken.includes(node)).map((node) => this.models.get(node));
    for (const [i, node] of taken.entries())
      if (old && !this.models.has(node) && removed.some((each) => deepEqual(each, news[i]))) return this.wrong(depth, `child ${i} was there already`, live);

    const out = kept.filter((node) => !shown.includes(node)).map((node) => this.models.get(node));
    if (out.some((each) => removed.some((other) => deepEqual(each, other)))) this.ambiguous = true;

    const moved = !increases(kept.map((node) => olds.indexOf(node)));
    const stayed = shown.filter((node) => before.includes(node) && !(moved && olds.includes(node)));
    if (!increases(stayed.map((node) => before.indexOf(node)))) return this.wrong(depth, 'what nobody moved is in another order', live);
    return moved || taken.every((node, i) => olds.includes(node) || this.isBeside(node, i, list, taken)) || this.wrong(depth, 'a new child is in a wrong place', live);
  }

  /** Whether a new child is beside a neighbour of the server's. */
  isBeside(node, i, { live, shown, olds }, taken) {
    const place = shown.indexOf(node);
    if (place < 0) return true; // it went away by itself
    const isNew = (at) => taken.includes(at) && !olds.includes(at);
    const after = taken.slice(i + 1).map((each) => this.seat(each, live)).find(Boolean);
    if (after) return shown.slice(place + 1, shown.indexOf(after)).every(isNew) && shown.indexOf(after) > place;
    const before = Math.max(...taken.slice(0, i).filter((each) => olds.includes(each)).map((each) => shown.indexOf(this.seat(each, live))), -1);
    return before < 0 || (shown.slice(before + 1, place).every(isNew) && before < place);
  }

  /** The rules that hold beyond one list. */
  isWholeRight() {
    const stays = new Map(this.trail);
    const homes = new Map(this.trail.map(([live, now]) => [now, live]));
    for (const [live] of this.models) if (!stays.has(live) && live.isConnected) return this.wrong(99, 'the server has removed', live);
    for (const [live, { parent }] of this.before) {
      if (live === this.root || live === this.others.aside || live.parentNode === parent) continue;
      const made = this.others.made.has(live);
      if (!made && (!stays.has(live) || this.others.moved.includes(live))) continue;
      const home = homes.get(stays.get(live)?.parentNode);
      const old = this.models.get(live);
      const movedByServer = !made && this.models.get(home) !== old?.parentNode;
      // Where it was may have been removed, with what others put around it.
      let around = parent;
      while (around && this.others.made.has(around)) around = this.parentBefore(around);
      const isGone = parent && !parent.isConnected && (this.before.get(parent)?.connected || (this.models.has(around) && !stays.has(around)));
      // Or the server has moved that into it.
      const isTurned = live.contains(parent);
      if (this.lost.has(parent) || (!made && (movedByServer || this.lost.has(home) || isGone || isTurned))) continue;
      return this.wrong(99, made ? 'others put it elsewhere' : 'others moved it elsewhere', live);
    }
    return true;
  }
}
