// The server behind nginx as people have it: pages live, forms post, files keep their tags.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connected, post, start } from '../browser/gallery/start.mjs';
import { launch, open } from '../browser/lib/chromium.mjs';
import { freePort, guide, nginx } from './nginx.mjs';

const gallery = await start();
const browser = await launch();
after(() => Promise.all([gallery.stop(), browser.close()]));

const server = new URL(gallery.url).host;

/** A server block of its own, with more lines in its location. */
const block = (port, lines, upstream = server) => `
server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://${upstream};
    ${lines}
  }
}`;

const UPGRADE = `
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`;

/** What each of them is, as the http block for a port. */
const SETUPS = {
  "the guide's block": (port) => guide(port, [server]),
  'default settings and an upgrade': (port) => block(port, UPGRADE),
  'another port, in the host': (port) => block(port, `${UPGRADE} proxy_set_header Host $http_host;`),
  'another port, left out': (port) => block(port, `${UPGRADE} proxy_set_header Host $host;`),
  'buffering off': (port) => guide(port, [server], [['proxy_buffering on;', 'proxy_buffering off; proxy_request_buffering off;']]),
  'idle connections kept': (port) => guide(port, [server], [['keepalive 64;', 'keepalive 1; keepalive_requests 5;']]),
  'gzip on': (port) =>
    guide(port, [server], [['    client_max_body_size 1m;', '    gzip on; gzip_types *; gzip_proxied any; gzip_min_length 100; client_max_body_size 1m;']]),
  'gzip on, and none of our own': (port) =>
    guide(port, [server], [
      ['    client_max_body_size 1m;', '    gzip on; gzip_types *; gzip_proxied any; client_max_body_size 1m; proxy_set_header Accept-Encoding "";'],
    ]),
};

for (const [name, setup] of Object.entries(SETUPS)) {
  test(`${name}: a page lives, and its form posts without JavaScript`, async () => {
    const port = await freePort();
    const { url } = await nginx(await setup(port), port);
    const tab = await connected(await open(browser, `${url}/counter`));
    await tab.getByRole('button', { name: 'Add 1', exact: true }).click();
    await tab.locator('#count', { hasText: '1' }).waitFor();
    assert.deepEqual(tab.problems, []);
    const plain = await open(browser, `${url}/counter`, { javaScriptEnabled: false });
    await post(plain, 'Add 1');
    assert.equal(await plain.locator('#count').textContent(), '1');
    await Promise.all([tab.context().close(), plain.context().close()]);
  });

  test(`${name}: scripts and files are small, and aren't sent again`, async () => {
    const port = await freePort();
    const { url } = await nginx(await setup(port), port);
    for (const path of ['/_live/runtime.js', '/assets/gallery.css']) {
      const first = await fetch(url + path);
      assert.match(first.headers.get('content-encoding'), /^(br|gzip)$/, path);
      assert.match(first.headers.get('vary'), /accept-encoding/i);
      const content = await first.text();
      const whole = await fetch(url + path, { headers: { 'Accept-Encoding': 'identity' } });
      assert.equal(await whole.text(), content);
      for (const tag of [first, whole].map((answer) => answer.headers.get('etag'))) {
        const again = await fetch(url + path, { headers: { 'If-None-Match': tag } });
        assert.equal(again.status, 304, `${path}: ${tag}`);
      }
    }
  });
}

test('an upload in pieces and a download pass', async () => {
  const port = await freePort();
  const { url } = await nginx(await guide(port, [server], [['proxy_buffering on;', 'proxy_buffering off; proxy_request_buffering off;']]), port);
  const body = new ReadableStream({
    async start(stream) {
      for (const piece of ['name=no', 'body&pass', 'word=x']) stream.enqueue(new TextEncoder().encode(piece));
      stream.close();
    },
  });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const posted = await fetch(`${url}/login`, { method: 'POST', body, headers, duplex: 'half', redirect: 'manual' });
  assert.equal(posted.status, 422, 'it was read, and nobody of that name is known');
  assert.match(await (await fetch(`${url}/table.csv`)).text(), /\n/);
});

test('where no upgrade is passed on, pages are shown and forms work, and the server says why nothing lives', async () => {
  const port = await freePort();
  const { url } = await nginx(block(port, ''), port);
  const plain = await open(browser, `${url}/counter`, { javaScriptEnabled: false });
  await post(plain, 'Add 1');
  assert.equal(await plain.locator('#count').textContent(), '1');
  const headers = { Origin: url, 'Sec-WebSocket-Protocol': 'mizu-live-v2' };
  const answer = await fetch(`${url}/_live/websocket`, { headers });
  assert.equal(answer.status, 426);
  assert.match(await answer.text(), /proxy/);
  await plain.context().close();
});
