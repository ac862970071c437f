// A slow line: a TCP proxy that holds everything back for a while, in both directions and in order.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Not sooner than `due`: a timer counts from when the loop last looked at the clock, and may fire early. */
async function until(due) {
  for (let left; (left = due - performance.now()) > 0; ) await new Promise((done) => setTimeout(done, left));
}

/** Gives a URL that leads to `url` with `delay` milliseconds of latency each way, and `close`. */
export async function slowly(url, delay) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      let line = Promise.resolve();
      const later = (step) => {
        const due = performance.now() + delay;
        line = line.then(() => until(due)).then(step);
      };
      from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
      from.on('error', () => to.destroy());
      from.on('close', () => later(() => to.destroy()));
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
