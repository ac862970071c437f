// A slow line: a TCP proxy that holds everything back for a while, in both directions and in order.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Gives a URL that leads to `url` with `delay` milliseconds of latency each way, and `close`. */
export async function slowly(url, delay) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), delay));
      from.on('error', () => to.destroy());
      from.on('close', () => setTimeout(() => to.destroy(), delay));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of open) socket.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
