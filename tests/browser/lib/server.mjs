// Serves test pages on 127.0.0.1 under the content security policy that Mizu Live's own server sends.
import { createServer } from 'node:http';
import { once } from 'node:events';

const NONCE = 'bWl6dQ';

/** The strict policy: only scripts and styles with the nonce, and one Trusted Types policy. */
export const CSP = [
  "default-src 'self'",
  `script-src 'nonce-${NONCE}'`,
  `style-src 'nonce-${NONCE}'`,
  "img-src 'self' data:",
  "media-src 'self' data:",
  "require-trusted-types-for 'script'",
  'trusted-types live',
].join('; ');

/** A page whose body is `body`, with `script` and `style` inline under the nonce. */
export function page({ body = '', script = '', style = '' } = {}) {
  const safe = script.replaceAll('</script', '<\\/script');
  return `<!doctype html><html><head><meta charset="utf-8"><title>test</title>
<style nonce="${NONCE}">${style}</style></head>
<body>${body}<script nonce="${NONCE}">${safe}</script></body></html>`;
}

/** Serves `routes`, a map from path to `{ type, body }` or an HTML string. Gives `{ url, close }`. */
export async function serve(routes) {
  const server = createServer((request, response) => {
    const found = routes[new URL(request.url, 'http://localhost').pathname];
    if (found === undefined) return response.writeHead(404).end();
    const { type, body } = typeof found === 'string' ? { type: 'text/html; charset=utf-8', body: found } : found;
    response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

/** `seconds` of a quiet 8-bit tone as a WAV file. */
export function wav(seconds) {
  const rate = 8000;
  const samples = rate * seconds;
  const file = Buffer.alloc(44 + samples, 128);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples, 40);
  for (let i = 0; i < samples; i++) file[44 + i] = 128 + Math.round(4 * Math.sin(i / 3));
  return file;
}
