// The others of the three-way test: what scripts, users and custom elements do to the page. Runs in the page.

const ATTRIBUTES = ['title', 'lang', 'role', 'data-x', 'id', 'value'];

/** Makes random changes, and knows which nodes it made. */
export class Others {
  constructor(random, root, aside) {
    this.random = random;
    this.root = root;
    this.aside = aside;
    /** Nodes that aren't the server's. */
    this.made = new Set();
    /** Nodes of the server's that are out of the root. */
    this.out = [];
    /** What custom elements did during a patch: `[element, name, value]`, and those that moved. */
    this.written = [];
    this.moved = [];
    this.count = 0;
    /** What was done, to be told where a patch is wrong. */
    this.log = [];
  }

  pick(values) {
    return values[this.random(values.length)];
  }

  /** What may be changed: all but the content of templates and of hosts. */
  nodes(at = this.root, found = []) {
    for (const node of at.childNodes) {
      found.push(node);
      if (!(node instanceof Element && node.hasAttribute('data-lv-region'))) this.nodes(node, found);
    }
    return found;
  }

  act() {
    const nodes = this.nodes();
    const node = nodes.length ? this.pick(nodes) : null;
    const elements = nodes.filter((each) => each instanceof Element && !(each instanceof HTMLTemplateElement) && !each.hasAttribute('data-lv-region'));
    const element = elements.length ? this.pick(elements) : this.root;
    const act = this.random(22);
    const told = (each) => each?.cloneNode().outerHTML ?? each?.nodeValue;
    if (window.debugging) this.log.push(`act ${act} on ${told(node)}, ${told(element)}`);
    if (act < 4) return this.attribute(element);
    if (act < 7) return element !== this.root && element.classList.toggle(this.pick(['x', 'y', 'other']));
    if (act < 9) return node instanceof CharacterData && (node.data = `others ${this.count++}`);
    if (act < 13) return this.insert(element);
    if (act === 13) return node && element !== node && !node.contains(element) && element.insertBefore(node, this.childOf(element));
    if (act === 14 && node) return this.take(node, null);
    if (act === 15 && node) return this.take(node, this.aside);
    if (act === 16 && this.out.length) return this.bringBack(element);
    if (act === 17 && node) return this.wrap(node);
    if (act === 18 && !this.random(3)) return this.empty(element);
    if (act === 19 && node instanceof Text && node.data.length > 1) return this.made.add(node.splitText(1));
    if (act === 20 && this.out.length) return this.attribute(this.pick(this.out));
    if (element instanceof HTMLInputElement) element.value = `typed ${this.count++}`;
    return undefined;
  }

  attribute(element) {
    if (!(element instanceof Element) || element === this.root) return;
    const name = this.pick(ATTRIBUTES);
    if (!this.random(3)) element.removeAttribute(name);
    else element.setAttribute(name, `others ${this.count++}`);
  }

  childOf(element) {
    return element.childNodes[this.random(element.childNodes.length + 1)] ?? null;
  }

  make() {
    const node = this.pick([
      () => document.createElement(this.pick(['i', 'div', 'li', 'x-own'])),
      () => document.createTextNode(`others ${this.count++}`),
      () => document.createComment('others'),
    ])();
    this.made.add(node);
    if (node.localName === 'div') node.id = `i${this.random(20)}`;
    return node;
  }

  insert(element) {
    const node = this.make();
    if (node instanceof Element && !this.random(3)) node.append(this.make());
    element.insertBefore(node, this.childOf(element));
  }

  take(node, where) {
    if (where) where.append(node);
    else node.remove();
    if (!this.made.has(node)) this.out.push(node);
  }

  bringBack(element) {
    const [node] = this.out.splice(this.random(this.out.length), 1);
    if (!node.contains(element)) element.insertBefore(node, this.childOf(element));
  }

  wrap(node) {
    const wrapper = document.createElement('i');
    this.made.add(wrapper);
    node.replaceWith(wrapper);
    wrapper.append(node);
  }

  empty(element) {
    for (const node of [...element.childNodes]) this.take(node, null);
    element.append(this.make());
  }

  /** Custom elements that are something of their own. */
  define() {
    const others = () => customElements.others;
    class Own extends HTMLElement {
      connectedCallback() {
        if (this.filled) return;
        this.filled = true;
        others().write(this, 'role', 'note');
        const child = document.createElement('i');
        others().made.add(child);
        this.append(child);
      }
    }
    class Level extends HTMLElement {
      static observedAttributes = ['level'];
      attributeChangedCallback(_, __, value) {
        others().write(this, 'aria-level', value ?? 'none');
      }
    }
    class Mover extends HTMLElement {
      connectedCallback() {
        if (this.filled || !others().root.contains(this)) return;
        this.filled = true;
        others().moved.push(this);
        others().take(this, others().aside);
      }
    }
    customElements.define('x-own', Own);
    customElements.define('x-level', Level);
    customElements.define('x-mover', Mover);
  }

  write(element, name, value) {
    this.written.push([element, name, value]);
    element.setAttribute(name, value);
  }
}
