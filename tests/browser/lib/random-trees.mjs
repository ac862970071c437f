// Runs inside the page: random pairs of trees, morphed, against the same HTML parsed afresh.

/** Takes `count` random trees through two morphs each, from `seed` on. Gives the first failure as text, or null. */
export function randomTrees({ seed, count }) {
  let root;
  for (let i = 0; i < count; i++) {
    const problem = episode(seed + i);
    if (problem) return `seed ${seed + i}: ${problem}`;
  }
  return null;

  // One live tree, taken through two more; each new one is of its own making or a mutation of the last.
  function episode(number) {
    const random = generator(number);
    let tree = forest(random, 2, new Set());
    root = window.show(html(tree));
    for (let step = 0; step < 2; step++) {
      fillHosts();
      tree = random(2) ? mutate(tree, random) : forest(random, 2, new Set());
      const problem = morphed(html(tree));
      if (problem) return `step ${step}: ${problem}`;
    }
    return null;
  }

  function morphed(wanted) {
    const was = root.innerHTML;
    const kept = new Map([...root.querySelectorAll('[data-lv-region]')].map((host) => [name(host), host]));
    const contents = new Map([...kept].map(([key, host]) => [key, [...host.childNodes]]));
    window.morph(root, wanted);
    const copy = root.cloneNode(true);
    copy.removeAttribute('id');
    for (const host of copy.querySelectorAll('[data-lv-region]')) host.replaceChildren();
    const told = `\n  from ${was}\n  to   ${wanted}`;
    if (!same(copy, window.fresh(wanted))) return `is ${copy.innerHTML}${told}`;
    for (const host of root.querySelectorAll('[data-lv-region]')) {
      const before = contents.get(name(host)) ?? [];
      if (before.length !== host.childNodes.length || before.some((node, i) => node !== host.childNodes[i])) return `host ${name(host)} lost its content${told}`;
      if (kept.get(name(host))?.localName === host.localName && kept.get(name(host)) !== host) return `host ${name(host)} is another node${told}`;
    }
    return null;
  }

  // isEqualNode, which looks into no template, and on into the templates.
  function same(a, b) {
    if (!a.isEqualNode(b)) return false;
    const templates = [...b.querySelectorAll('template')];
    return [...a.querySelectorAll('template')].every((each, i) => !(each instanceof HTMLTemplateElement) || same(each.content, templates[i].content));
  }

  function name(host) {
    return host.getAttribute('data-lv-region');
  }

  function fillHosts() {
    for (const host of root.querySelectorAll('[data-lv-region]'))
      if (!host.firstChild) host.append(`content of ${name(host)}`, document.createElement('i'), document.createComment('c'));
  }

  function generator(state) {
    state = (state * 2654435761 + 1) >>> 0;
    return (below) => {
      state = (state + 0x6d2b79f5) >>> 0;
      let x = Math.imul(state ^ (state >>> 15), state | 1);
      x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
      return ((x ^ (x >>> 14)) >>> 0) % below;
    };
  }

  // A tree is a list of nodes: { text }, { comment } or { tag, attributes, children }.
  function forest(random, depth, names) {
    const nodes = [];
    for (let left = random(depth + 4); left--; ) nodes.push(node(random, depth, names));
    return nodes;
  }

  function node(random, depth, names) {
    const kind = random(16);
    if (kind < 3) return { text: ['a', 'b', ' ', '\n', 'word'][random(5)] };
    if (kind === 3) return { comment: String(random(3)) };
    if (kind === 4) return host(random, names);
    if (kind < 8) return field(random);
    if (kind === 8) return { tag: 'svg', attributes: attributes(random), children: drawing(random, 2) };
    const tag = ['div', 'ul', 'li', 'span', 'section', 'details', 'template', 'b'][random(8)];
    const own = attributes(random);
    if (tag === 'details') delete own.name; // of several open ones in a group, the order of insertion decides
    return { tag, attributes: own, children: depth ? forest(random, depth - 1, names) : [] };
  }

  function drawing(random, depth) {
    return Array.from({ length: random(4) }, () => {
      const tag = ['g', 'a', 'circle', 'foreignObject'][random(4)];
      const inner = tag === 'foreignObject' ? forest(random, 0, new Set(['r0', 'r1', 'r2', 'r3'])) : depth ? drawing(random, depth - 1) : [];
      return { tag, attributes: { ...attributes(random), ...(random(3) ? {} : { 'xlink:href': `#${random(3)}` }) }, children: inner };
    });
  }

  function attributes(random) {
    const found = {};
    if (!random(3)) found.id = `i${random(8)}`;
    if (!random(4)) found.class = ['x', 'y  z', ''][random(3)];
    if (!random(8)) found['@click'] = String(random(2));
    if (!random(12)) found.open = '';
    if (!random(12)) found.name = String(random(2));
    return found;
  }

  function host(random, names) {
    const free = ['r0', 'r1', 'r2', 'r3'].filter((each) => !names.has(each));
    if (!free.length) return { text: 'no host' };
    const region = free[random(free.length)];
    names.add(region);
    return { tag: ['div', 'div', 'p', 'section'][random(4)], attributes: { ...attributes(random), 'data-lv-region': region }, children: [] };
  }

  function field(random) {
    const value = ['', 'v', 'w'][random(3)];
    const tag = ['input', 'textarea', 'select', 'button'][random(4)];
    const own = attributes(random);
    if (tag === 'textarea') return { tag, attributes: own, children: value ? [{ text: value }] : [] };
    if (tag === 'button') return { tag, attributes: own, children: [{ text: 'b' }] };
    if (tag === 'select') return { tag, attributes: { ...own, ...(random(2) ? { multiple: '' } : {}) }, children: options(random) };
    const type = [undefined, 'text', 'checkbox', 'radio', 'hidden', 'file', 'password', 'submit', 'color', 'range'][random(10)];
    if (type) own.type = type;
    if (random(2)) own.value = value;
    if (!random(3)) own.checked = '';
    return { tag, attributes: own, children: [] };
  }

  function options(random) {
    return Array.from({ length: random(4) }, () => {
      const own = {};
      if (!random(4)) own.id = `i${random(8)}`;
      if (random(2)) own.value = `o${random(3)}`;
      if (!random(3)) own.selected = '';
      return { tag: 'option', attributes: own, children: [{ text: `o${random(3)}` }] };
    });
  }

  // Shuffles, drops, doubles, retags and moves nodes; region names stay unique.
  function mutate(nodes, random) {
    let next = nodes.map((each) => (each.children && !('data-lv-region' in each.attributes) ? { ...each, children: mutate(each.children, random) } : { ...each }));
    if (!random(3)) next = next.toSorted(() => random(3) - 1);
    if (!random(3)) next.splice(random(next.length + 1), 1);
    if (!random(4)) next.splice(random(next.length + 1), 0, node(random, 1, new Set(['r0', 'r1', 'r2', 'r3'])));
    if (!random(5)) next.reverse();
    for (const each of next) {
      if (!each.tag || random(6)) continue;
      if ('data-lv-region' in each.attributes) each.tag = ['div', 'p'][random(2)];
      else each.attributes = { ...each.attributes, id: `i${random(8)}` };
    }
    const parents = next.filter((each) => each.tag === 'div' && !('data-lv-region' in each.attributes));
    if (parents.length && next.length > 1 && !random(3)) {
      const parent = parents[random(parents.length)];
      const moved = next.findIndex((each) => each !== parent && each.tag && each.tag !== 'option');
      if (moved >= 0) parent.children = [...parent.children, ...next.splice(moved, 1)];
    }
    return next;
  }

  function html(nodes) {
    return nodes.map((each) => {
      if (each.text !== undefined) return each.text;
      if (each.comment !== undefined) return `<!--${each.comment}-->`;
      const written = Object.entries(each.attributes).map(([key, value]) => ` ${key}="${value}"`).join('');
      return each.tag === 'input' ? `<input${written}>` : `<${each.tag}${written}>${html(each.children)}</${each.tag}>`;
    }).join('');
  }
}
