// A whole page as one function of its state: renders, handles events, and answers with a delay, as the real server does. A test types and
// clicks against it, and then looks at what both ends hold.
import { check, fake, hash, PATIENCE, titleHash, viewOf } from './fake.mjs';

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Limits of the server's defaults: see WIRE.md. */
const MAX_BYTES = 65_536;
const MAX_VALUES = 16_384;
/** The same of the protocol before. */
const MAX_VALUES_V1 = 1024;

/** Text as HTML, or as an attribute's value. */
export const h = (text) => String(text ?? '').replace(/[&<>"]/g, (char) => ESCAPES[char]);

/**
 * Serves a page.
 *
 * - `state` is cloned for each start of the server; all tabs look at the same one.
 * - `render(state)` gives the root's HTML, or `{ '': html, name: html, … }`, parents first; hosts are empty in it.
 * - `handle(state, event, call)` changes the state. `event` has `id`, `name`, `key`, `target`, `values` and `form` (as URLSearchParams), `pairs` (the
 *   form as it came). `call.refuse()` refuses the event, `call.push(kind, …fields)` pushes a command, `call.reset(selector)` a reset.
 * - `delay` is a round trip in ms, half of it each way.
 * - `rate`: how many events are read at once, and a second.
 */
export async function app({ state = {}, render, handle = () => {}, delay = 0, limit = MAX_BYTES, rate: [atOnce, aSecond] = [Infinity, 0], ...options }) {
  const self = {
    state: structuredClone(state),
    /** The events that were applied, in order. */
    events: [],
    /** What a real server would have closed the connection for. */
    faults: [],
    /** How many sockets were opened with a good HELLO. */
    joins: 0,
    delay,
    limit,
    title: 'test',
  };
  let sessions = new Map();
  const links = new Set();
  let holding = false;
  const held = [];
  let deaf = false;
  const unheard = [];

  const regions = () => {
    const shown = render(self.state);
    return typeof shown === 'string' ? { '': shown } : shown;
  };
  /** Each region's name, HTML, and the names around it as its hash has them. */
  const placed = (all) => {
    const outer = (name) => Object.keys(all).find((other) => all[other].includes(`data-lv-region="${name}"`));
    const around = (name) => (name && outer(name) ? [outer(name), around(outer(name))].filter(Boolean).join(' ') : '');
    return Object.entries(all).map(([name, html]) => [name, html, around(name)]);
  };
  const assembled = (all, name = '') =>
    all[name].replace(/(data-lv-region="([^"]+)"[^>]*>)/g, (tag, start, inner) => start + (all[inner] === undefined ? '' : assembled(all, inner)));

  const server = await fake('', {
    ...options,
    accept: (connection) => link(connection),
  });
  Object.defineProperty(server, 'inner', { get: () => assembled(regions()) });
  Object.defineProperty(server, 'view', {
    get: () => {
      const all = placed(regions());
      // In document order, as they stand in the assembled page.
      const order = [...assembled(regions()).matchAll(/data-lv-region="([^"]+)"/g)].map(([, name]) => name);
      return viewOf(...['', ...order].map((name) => all.find(([other]) => other === name)));
    },
  });
  Object.assign(self, { url: server.url, close: server.close, server });

  async function link(connection) {
    const { inbound, outbound } = { inbound: road(), outbound: road() };
    const self_ = { connection, outbound, shown: new Map(), numbers: new Map(), next: 0, open: true };
    let tokens = atOnce;
    let filled = Date.now();
    try {
      for (;;) {
        const frame = await connection.any();
        for (;;) {
          tokens = Math.min(atOnce, tokens + ((Date.now() - filled) * aSecond) / 1000);
          filled = Date.now();
          if (frame[0] !== 1 || tokens >= 1) break;
          await new Promise((done) => setTimeout(done, 10));
        }
        if (frame[0] === 1) tokens--;
        inbound(() => {
          if (deaf && frame[0] === 1) unheard.push(() => take(self_, frame));
          else take(self_, frame);
        });
      }
    } catch {
      self_.open = false;
      links.delete(self_);
    }
  }

  /** A way with a delay, which keeps the order. */
  function road() {
    let last = Promise.resolve();
    return (step) => {
      const due = new Promise((done) => (self.delay ? setTimeout(done, self.delay / 2) : done()));
      last = Promise.all([last, due]).then(step).catch((error) => self.faults.push(String(error.stack)));
    };
  }

  function fail(link, code, reason) {
    self.faults.push(`${code} ${reason}`);
    links.delete(link);
    link.connection.close(code, reason);
  }

  function take(link, frame) {
    const [kind] = frame;
    if (!link.open || (kind && !links.has(link))) return;
    if (frame.bytes > self.limit) return fail(link, 1009, 'size');
    if (count(frame) > (link.connection.isV2 ? MAX_VALUES : MAX_VALUES_V1)) return fail(link, 1002, 'protocol: too many values');
    if (kind === 0) return hello(link, frame);
    if (kind === 1) return event(link, frame);
    if (kind === 3) return link.outbound(() => link.connection.send([2]));
    if (kind === 4) {
      link.shown.delete(frame[1]);
      return update(link);
    }
    if (kind !== 2) fail(link, 1002, `protocol: kind ${kind}`);
  }

  function hello(link, frame) {
    const [, token, , command, hashes, , applied = 0] = frame;
    let session = sessions.get(token);
    const flags = session ? 1 : applied ? 2 : 0;
    session ??= { token, applied: 0, commands: [], command: 0, failed: [] };
    if (!flags) session.command = 0;
    sessions.set(token, session);
    for (const other of links) if (other.session === session) links.delete(other), other.connection.close(4000, 'replaced');
    link.session = session;
    link.connection.hello = frame;
    links.add(link);
    self.joins++;
    const known = hashes ? Buffer.from(hashes).toString('latin1').match(/[^]{8}/g) ?? [] : [];
    for (const [name, html, around] of placed(regions()))
      if (known.includes(hash(name, html, around).toString('latin1'))) link.shown.set(name, html);
    link.title = known.includes(titleHash(self.title).toString('latin1')) ? self.title : undefined;
    const { applied: upTo, failed } = session;
    send(link, () => link.connection.welcome({ applied: upTo, flags, token, failed: failed.slice(-64), limit: self.limit }));
    session.commands = session.commands.filter(([id]) => id > command);
    update(link, { commands: session.commands });
  }

  function event(link, [, id, , name, values, form, target, key]) {
    const { session } = link;
    if (id > session.applied + 1) return fail(link, 1002, `protocol: event ${id} after ${session.applied}`);
    if (id <= session.applied) return update(link, { acknowledge: true });
    session.applied = id;
    const commands = [];
    let refused = false;
    const push = (kind, ...fields) => commands.push([++session.command, kind, ...fields]);
    const call = { refuse: () => (refused = true), push, reset: (selector) => push(6, selector, id) };
    const event = { id, name, key, target, values: pairs(values), form: pairs(form), pairs: form ?? [] };
    const before = structuredClone(self.state);
    try {
      handle(self.state, event, call);
    } catch (error) {
      self.state = before;
      refused = true;
      if (!error.expected) self.faults.push(String(error.stack));
    }
    if (refused) session.failed.push(id);
    self.events.push({ ...event, refused });
    session.commands.push(...commands);
    for (const other of links) update(other, other === link ? { acknowledge: true, commands, failed: refused ? [id] : [] } : {});
  }

  /** Sends what differs from what the browser was sent, and what else there is to say. */
  function update(link, { acknowledge, commands = [], failed = [] } = {}) {
    const all = regions();
    const patches = [];
    for (const name of [...link.shown.keys()]) if (!(name in all)) link.shown.delete(name), link.numbers.delete(name);
    for (const [name, html] of Object.entries(all)) {
      if (link.shown.get(name) === html) continue;
      link.shown.set(name, html);
      const number = link.numbers.get(name);
      if (number === undefined) link.numbers.set(name, link.next++);
      patches.push(number ?? name, check(html), html);
    }
    const title = link.title === self.title ? undefined : self.title;
    link.title = self.title;
    const { applied } = link.session;
    const list = (items) => (items.length ? items : undefined);
    if (acknowledge || patches.length || commands.length || title !== undefined)
      send(link, () => link.connection.update({ applied, patches: list(patches), commands: list(commands), failed: list(failed), title }));
  }

  function send(link, frame) {
    const step = () => link.outbound(() => link.open && frame());
    if (holding) held.push(step);
    else step();
  }

  /** Waits until `seen()` holds. */
  self.until = async (seen) => {
    const deadline = Date.now() + PATIENCE;
    while (!seen()) {
      if (Date.now() > deadline) throw new Error(`${seen} doesn't come about; the state is ${JSON.stringify(self.state).slice(0, 500)}`);
      await new Promise((done) => setTimeout(done, 4));
    }
  };

  /** Changes the state from elsewhere: another user's doing. */
  self.change = (change) => {
    change(self.state);
    for (const each of links) update(each);
  };

  /** Pushes a command that no event caused. */
  self.command = (kind, ...fields) => {
    for (const each of links) {
      const command = [++each.session.command, kind, ...fields];
      each.session.commands.push(command);
      update(each, { commands: [command] });
    }
  };

  /** Sends a frame that no server sends. */
  self.raw = (frame) => {
    for (const each of links) send(each, () => each.connection.send(frame));
  };

  /** Keeps the server's frames back, until `release`: they are on their way. */
  self.hold = () => (holding = true);

  /** Lets all frames go that are kept back, or the first few; in that case later ones are still kept back. */
  self.release = (some) => {
    const go = some === undefined ? held.splice(0) : held.splice(0, some);
    if (some === undefined) holding = false;
    go.forEach((step) => step());
  };
  self.held = () => held.length;

  /** Lets events wait on their way to the server, until `hear`. */
  self.deafen = () => (deaf = true);
  self.hear = () => {
    deaf = false;
    unheard.splice(0).forEach((step) => step());
  };
  /** How many events wait on their way. */
  self.unheard = () => unheard.length;

  /** Waits until the tab has carried out every frame that was sent, whatever is pending. */
  self.shown = async (tab) => {
    self.title = `shown ${Math.random()}`;
    for (const each of links) update(each);
    const title = self.title;
    await asks(tab, shows, title);
  };

  /** Forgets what is under way. */
  function calm() {
    held.splice(0);
    unheard.splice(0);
    holding = deaf = false;
  }

  /** Ends all connections, and refuses new ones. */
  self.offline = () => {
    server.refusing = true;
    calm();
    links.clear();
    server.cut();
  };

  /** Takes connections again, and has the tab try. */
  self.online = async (tab) => {
    server.refusing = false;
    const before = self.joins;
    await self.until(() => {
      if (self.joins > before) return true;
      void tab.evaluate(() => dispatchEvent(new Event('online'))).catch(() => {});
    });
    await asks(tab, connects);
  };

  /** The server starts anew and knows no session; `keep` is what it has of the state. */
  self.restart = (keep = () => structuredClone(state)) => {
    sessions = new Map();
    self.state = keep(self.state);
    calm();
    links.clear();
    server.cut();
  };

  /** How many sockets are joined now. */
  self.connected = () => links.size;

  /** Waits until the tab has carried out every frame, and has no event pending. */
  self.quiet = async (tab) => {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const seen = self.events.length;
      self.title = `mark ${seen} ${Math.random()}`;
      for (const each of links) update(each);
      await asks(tab, rests, self.title);
      if (self.events.length === seen) return;
      if (Date.now() > deadline) throw new Error('the page comes to no rest');
    }
  };
  return self;
}

/** Whether the title is there; read past what names in the page may hide of the document. */
const shows = (title) => Reflect.get(Document.prototype, 'title', document) === title;
const connects = () => !!Document.prototype.querySelector.call(document, '.lv-connected');
/** The same, and nothing is pending. */
const rests = (title) => Reflect.get(Document.prototype, 'title', document) === title && !Document.prototype.querySelector.call(document, '.lv-loading');

/** Waits until `question` is true in the page. */
async function asks(tab, question, argument) {
  const deadline = Date.now() + PATIENCE;
  while (!(await tab.evaluate(question, argument))) {
    if (Date.now() > deadline) throw new Error(`the page comes to no rest: ${question}`);
    await new Promise((done) => setTimeout(done, 4));
  }
}

/** The elements of all arrays of a frame together. */
const count = (value) => (Array.isArray(value) ? value.reduce((sum, each) => sum + count(each), value.length) : 0);

const pairs = (flat) => {
  const params = new URLSearchParams();
  for (let i = 0; i < (flat?.length ?? 0); i += 2) params.append(flat[i], flat[i + 1]);
  return params;
};

/** What a handler throws to have its event undone, as an error of page code does. */
export const mistake = () => Object.assign(new Error('of the page'), { expected: true });
