// A scripted server that speaks the wire of core/src/wire/WIRE.md, by a msgpack of its own, to the real runtime in a real page.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocketServer } from 'ws';
import { bundle } from '../lib/bundle.mjs';
import { CSP, page } from '../lib/server.mjs';

const NONCE = /nonce-([^']+)/.exec(CSP)[1];
const NOTICE = '<div class="lv-notice" role="status" data-disconnected="Reconnecting…" data-waiting=" waiting: " data-saving="Saving…" data-ended="Disconnected" data-lost="lost: " data-full="Not sent: " data-large="Too large to send: " data-outdated="New version"></div>';
const CLOSED = new Error('the connection closed');
/** The script under test: `$LIVE_JS`, else the built one. */
export const runtime = readFileSync(process.env.LIVE_JS ?? new URL('../../../client/dist/live.js', import.meta.url));
const dev = readFileSync(new URL('../../../client/dist/dev.js', import.meta.url));
/** How long a working runtime may take for anything, in ms. */
export const PATIENCE = Number(process.env.LIVE_PATIENCE ?? 10_000);
/** The newest protocol that the browser offers, among those that a server of today speaks. */
export const newest = (offered) => ['mizu-live-v2', 'mizu-live-v2.json', 'mizu-live-v1', 'mizu-live-v1.json'].find((name) => offered.has(name)) ?? false;
const hashModule = await bundle("import { hasher } from './wire/hash'; globalThis.hasher = hasher");
(0, eval)(hashModule);

/** The check of a region's HTML. */
export const check = (html, seed = 0) => globalThis.hasher(new TextEncoder().encode(html))(seed);

/** The hash of a region: its check, and the one seeded by its name and its parent's. */
export function hash(name, html, parent = '') {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(check(html), 0);
  bytes.writeUInt32LE(check(html, check(`${name} ${parent}`)), 4);
  return bytes;
}

/** The title's hash, as if it were a region. */
export const titleHash = (title = 'test') => hash('<title>', title);

/** `data-lv-view` of regions given as `[name, html, parent]` in document order. */
export const viewOf = (...regions) =>
  Buffer.concat([...regions.map((region) => hash(...region)), titleHash()]).toString('base64');

/**
 * Serves one page whose live root holds `inner`, with `code` as its runtime. `protocol` chooses among the offered ones; `routes` answers further
 * paths: `{ '/path': (request, response) => … }`; `headers` come with the page; `accept`, if given, gets
 * the connections instead of `server.connection`.
 */
export async function fake(
  inner,
  { view = '', head = '', after = '', root = 'main', attributes = '', withDev = false, code = runtime, protocol = newest, routes = {}, headers = {}, accept } = {},
) {
  const script = (path) => `<script nonce="${NONCE}" src="/_live/${path}.js" defer></script>`;
  const server = { loads: 0, inner, view, refusing: false };
  const html = () =>
    page({
      body:
        `${head}<${root} data-lv="token-${server.loads}" data-lv-view="${server.view}" data-lv-region="" ${attributes}>${server.inner}</${root}>` +
        NOTICE +
        after.replaceAll('<script', `<script nonce="${NONCE}"`) +
        script('runtime') +
        (withDev ? script('dev') : ''),
    });
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const answer = (type, body) =>
      response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP }).end(body);
    if (pathname === '/_live/runtime.js') return answer('text/javascript', code);
    if (pathname === '/_live/dev.js') return answer('text/javascript', dev);
    if (pathname === '/file') return answer('text/plain', 'content');
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    if (routes[pathname]) return routes[pathname](request, response);
    server.loads++;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer('text/html; charset=utf-8', html());
  });
  const sockets = new WebSocketServer({
    server: http,
    path: '/_live/websocket',
    handleProtocols: protocol,
    verifyClient: () => !server.refusing,
  });
  const arrived = queue();
  sockets.on('connection', (socket) => (accept ?? arrived.add)(connection(socket)));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  server.url = `http://127.0.0.1:${http.address().port}`;
  /** The next connection, its HELLO read; those that closed before are passed over. */
  server.connection = async () => {
    for (;;) {
      const next = await arrived.take();
      next.hello = await next.take(0).catch((error) => {
        if (error !== CLOSED) throw error;
      });
      if (next.hello) return next;
    }
  };
  /** The next connection, welcomed. */
  server.welcomed = async (welcome) => {
    const next = await server.connection();
    next.welcome(welcome);
    return next;
  };
  server.waiting = () => arrived.size;
  /** Drops every connection without a word. */
  server.cut = () => sockets.clients.forEach((socket) => socket.terminate());
  server.close = () => {
    sockets.clients.forEach((socket) => socket.terminate());
    http.closeAllConnections();
    return new Promise((done) => http.close(done));
  };
  return server;
}

function connection(socket) {
  const frames = queue();
  const json = socket.protocol.endsWith('.json');
  const isV2 = socket.protocol.startsWith('mizu-live-v2');
  /** The frame, and how long it was. */
  const read = (data) => Object.defineProperty(json ? JSON.parse(data) : decode(data), 'bytes', { value: data.length });
  socket.on('message', (data, binary) => frames.add(binary === !json ? read(data) : ['wrong message type']));
  const closed = new Promise((done) => socket.on('close', done));
  socket.on('close', () => frames.end());
  const self = {
    protocol: socket.protocol,
    isV2,
    closed,
    /** The next frame of a kind; others before it are an error, but for those named in `skip`. */
    async take(kind, skip = [2, 3], patience = PATIENCE) {
      for (;;) {
        const frame = await frames.take(patience);
        if (frame[0] === kind) return frame;
        if (!skip.includes(frame[0])) throw new Error(`expected a frame of kind ${kind}, got ${JSON.stringify(frame)}`);
      }
    },
    /** The next event as an object, nil as undefined. */
    async event() {
      const frame = await self.take(1);
      if (frame.at(-1) === null) throw new Error('the frame ends with nil');
      const [, id, ack, name, values, form, target, key, modifiers] = frame.map((field) => field ?? undefined);
      return { id, ack, name, values, form, target, key, modifiers };
    },
    raw: (data, options) => socket.send(data, options),
    send: (frame) => socket.send(json ? JSON.stringify(frame) : encode(frame)),
    /** The next frame of whatever kind, for as long as it takes; rejects once the connection is closed. */
    any: () => frames.take(Infinity),
    /** `version` is that of the browser's script, unless another is given. */
    welcome: ({ applied = 0, heartbeat = 30_000, token = 'renewed', flags = 0, failed = [], limit = 65_536, version } = {}) =>
      self.send([
        0,
        applied,
        heartbeat,
        token,
        flags,
        ...(isV2 ? [failed.length ? failed : null, limit, version ?? self.hello?.[7] ?? ''] : failed.length ? [failed] : []),
      ]),
    update: ({ applied = 0, patches, commands, failed, title } = {}) =>
      self.send([1, applied, patches ?? null, commands ?? null, failed ?? null, title ?? null]),
    /** Whole HTML of regions, as `[region, html]`. */
    whole: (applied, ...regions) =>
      self.update({ applied, patches: regions.flatMap(([region, html]) => [region, check(html), html]) }),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
  return self;
}

/** Values in the order they came, for takers in the order they asked. */
function queue() {
  const values = [];
  const takers = [];
  let ended = false;
  return {
    end: () => {
      ended = true;
      takers.splice(0).forEach((taker) => taker(Promise.reject(CLOSED)));
    },
    get size() {
      return values.length;
    },
    add: (value) => (takers.length ? takers.shift()(value) : values.push(value)),
    async take(patience) {
      if (values.length) return values.shift();
      if (ended) throw CLOSED;
      return within(new Promise((done) => takers.push(done)), patience);
    },
  };
}

/** Fails where `promise` takes longer than a working runtime ever would. */
export function within(promise, ms = PATIENCE) {
  if (ms == Infinity) return promise;
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`nothing came within ${ms} ms`)), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
