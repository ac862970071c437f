// The server of the three-way test: random markup, clean and messy, and random edits of it. Runs in the page.

/** Numbers from 0 to below `below`, from a seed. */
export function generator(seed) {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

const WORDS = ['a', 'b', 'word', 'two words', '1', '2'];
const TAGS = ['div', 'p', 'ul', 'section', 'span', 'b', 'x-own', 'x-level', 'x-mover', 'template', 'details'];
const MAX_SIZE = 40;

/** Markup that changes: `html()` is what it is now, `edit()` changes it. */
export class Markup {
  constructor(random, messy) {
    this.random = random;
    this.messy = messy;
    this.ids = 0;
    this.regions = 0;
    this.nodes = [];
    this.nodes = this.list(3);
  }

  pick(values) {
    return values[this.random(values.length)];
  }

  list(depth) {
    const nodes = [];
    for (let left = this.random(depth + 2); left--; ) {
      if (this.messy && !this.random(3)) nodes.push({ text: this.pick(['\n', ' ', '\n  ']) });
      nodes.push(this.node(depth));
    }
    return nodes;
  }

  node(depth) {
    const kind = this.random(14);
    if (kind < 3) return { text: this.pick(WORDS) };
    if (kind === 3) return { comment: this.pick(WORDS) };
    if (kind === 4) return this.field();
    if (kind === 5 && depth) return this.table();
    if (kind === 6) return { tag: 'svg', attributes: this.attributes(), children: [{ tag: 'g', attributes: this.attributes(), children: [{ tag: 'circle', attributes: { r: this.random(9), 'xlink:href': '#a' }, children: [] }] }] };
    if (kind === 7 && this.messy) return this.host();
    const tag = this.pick(TAGS);
    const attributes = this.attributes();
    if (tag === 'x-level') attributes.level = this.pick(WORDS);
    const children = tag === 'ul' ? this.items() : depth ? this.list(depth - 1) : [];
    return { tag, attributes, children };
  }

  // Rows with ids, with keys, or with neither.
  items() {
    const kind = this.random(3);
    return Array.from({ length: 2 + this.random(4) }, () => this.item(kind));
  }

  item(kind) {
    const attributes = this.attributes();
    delete attributes.id;
    if (kind === 0) attributes.id = this.id();
    if (kind === 1) attributes['data-lv-key'] = `k${this.random(this.messy ? 6 : 1000)}`;
    return { tag: 'li', attributes, children: this.random(3) ? [{ text: this.pick(WORDS) }] : this.list(0) };
  }

  table() {
    const row = () => ({ tag: 'tr', attributes: this.attributes(), children: Array.from({ length: 1 + this.random(2) }, () => ({ tag: 'td', attributes: {}, children: [{ text: this.pick(WORDS) }] })) });
    const rows = Array.from({ length: 1 + this.random(3) }, row);
    // Without tbody, and with text between rows, the parser does what it thinks best.
    if (!this.messy) return { tag: 'table', attributes: {}, children: [{ tag: 'tbody', attributes: {}, children: rows }] };
    return { tag: 'table', attributes: {}, children: rows.flatMap((each) => [{ text: this.pick(['\n', ' ', 'out']) }, each]) };
  }

  field() {
    const attributes = this.attributes();
    if (this.random(2)) attributes.name = this.pick(['n', 'm']);
    if (this.random(2)) return { tag: 'input', attributes: { ...attributes, value: this.pick(WORDS) }, children: [] };
    return { tag: 'textarea', attributes, children: [{ text: this.pick(WORDS) }] };
  }

  host() {
    // Each once and never again: a region has one host.
    const name = `r${this.regions++}`;
    return { tag: 'div', attributes: { 'data-lv-region': name }, children: [] };
  }

  attributes() {
    const found = {};
    if (!this.random(4)) found.id = this.messy && !this.random(3) ? `d${this.random(3)}` : this.id();
    if (!this.random(3)) found.class = this.pick(['x', 'x y', 'y z', '']);
    if (!this.random(4)) found.title = this.pick(WORDS);
    if (!this.random(8)) found['@click'] = this.pick(WORDS);
    if (!this.random(8)) found.lang = this.pick(WORDS);
    return found;
  }

  id() {
    return `i${this.ids++}`;
  }

  /** All nodes, and the lists that they are in. */
  all(lists = [], nodes = this.nodes, found = []) {
    lists.push(nodes);
    for (const node of nodes) {
      found.push(node);
      if (node.children && !node.attributes['data-lv-region']) this.all(lists, node.children, found);
    }
    return found;
  }

  edit() {
    for (let left = this.random(4); left--; ) this.change();
  }

  change() {
    const lists = [];
    const nodes = this.all(lists);
    const node = nodes.length ? this.pick(nodes) : undefined;
    const list = this.pick(lists);
    const owner = nodes.find(({ children }) => children === list);
    const at = this.random(list.length + 1);
    const act = this.random(10);
    if (act < 2 && node?.attributes) return this.changeAttribute(node);
    if (act < 4 && node) return this.changeText(this.pick(nodes.filter(({ text, comment }) => (text ?? comment) !== undefined)) ?? node);
    if (act < 6 && nodes.length < MAX_SIZE) return void list.splice(at, 0, owner?.tag === 'ul' ? this.item(this.random(3)) : this.node(1));
    if (act < 8) return void list.splice(at, 1);
    if (act === 8) {
      // Within its parent.
      const [moved] = list.splice(at, 1);
      if (moved) list.splice(this.random(list.length + 1), 0, moved);
      return;
    }
    // To another parent, where the parser leaves it.
    const from = this.pick(lists);
    const moved = from[this.random(from.length)];
    if (!moved || ['tr', 'td', 'g', 'circle'].includes(moved.tag) || (owner && ['table', 'tr', 'svg', 'g', 'textarea', 'tbody'].includes(owner.tag))) return;
    if (moved.children && this.all([], [moved]).some(({ children }) => children === list)) return;
    from.splice(from.indexOf(moved), 1);
    list.splice(this.random(list.length + 1), 0, moved);
  }

  changeAttribute(node) {
    if (node.attributes['data-lv-region']) return;
    const name = this.pick(['class', 'title', 'value', 'lang', '@click', 'level']);
    if (name in node.attributes && !this.random(3)) delete node.attributes[name];
    else if (name === 'class') node.attributes.class = this.pick(['x', 'x y', 'y z', 'z', 'w x']);
    else node.attributes[name] = this.pick(WORDS);
  }

  changeText(node) {
    if (node.text !== undefined) node.text = this.pick(WORDS);
    if (node.comment !== undefined) node.comment = this.pick(WORDS);
  }

  html(nodes = this.nodes) {
    return nodes.map((node) => {
      if (node.text !== undefined) return node.text;
      if (node.comment !== undefined) return `<!--${node.comment}-->`;
      const { tag, attributes, children } = node;
      const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join('');
      return tag === 'input' ? `<input${written}>` : `<${tag}${written}>${this.html(children)}</${tag}>`;
    }).join('');
  }
}
