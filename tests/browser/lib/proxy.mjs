// A proxy in front of a server, which may hold back or change the answers to its pages.
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { after } from 'node:test';

/** Listens in front of the server at `url` until the file's tests are over. `page(answer)` is called with each answer to a navigation before it is passed on, and may change its headers. */
export async function proxy(url, page) {
  const { hostname, port } = new URL(url);
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const asked = ask({ hostname, port, method, path, headers, agent: false }, async (answer) => {
      if (headers['sec-fetch-mode'] === 'navigate') await page(answer);
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(asked.on('error', () => response.destroy()));
  });
  server.on('upgrade', ({ method, url: path, rawHeaders }, socket, head) => {
    const behind = connect(port, hostname, () => {
      const lines = rawHeaders.map((text, at) => text + (at % 2 ? '\r\n' : ': ')).join('');
      behind.write(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`);
      behind.write(head);
      socket.pipe(behind).pipe(socket);
    });
    for (const [one, other] of [[socket, behind], [behind, socket]]) one.on('error', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => (server.close(), server.closeAllConnections()));
  return { url: `http://127.0.0.1:${server.address().port}` };
}
