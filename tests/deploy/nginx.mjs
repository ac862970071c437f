// Starts nginx, as the guide has it or in other ways, in a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

const GUIDE = new URL('../../smol-server/src/guide/deploy/nginx.conf', import.meta.url);

/** A folder that goes with the file's tests. Paths of sockets are short, so it is in the system's own place. */
export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'mizu-deploy-'));
  after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * The guide's configuration, but for what a test machine can't have: names, certificates and port 443. `servers` are its upstream; `edits` are pairs of a text in it
 * and another one. Each text has to be there.
 */
export async function guide(port, servers, edits = []) {
  let text = await readFile(GUIDE, 'utf8');
  const redirect = text.slice(text.indexOf('server {\n    listen 80;'), text.indexOf('server {\n    listen 443'));
  const all = [
    [redirect, ''],
    ['    listen 443 ssl http2;\n    listen [::]:443 ssl http2;\n    server_name example.com;\n', `    listen 127.0.0.1:${port};\n`],
    [/ *ssl_certificate .*\n *ssl_certificate_key .*\n/, ''],
    ['unix:/run/app/1.sock', servers[0]],
    ['unix:/run/app/2.sock', servers[1] ?? `${servers[0]} down`],
    ...edits,
  ];
  for (const [from, to] of all) {
    const edited = text.replace(from, () => to);
    if (edited === text) throw new Error(`the guide's nginx.conf has no ${from}`);
    text = edited;
  }
  return text;
}

/** Runs nginx with a text for its http block until the file's tests are over. */
export async function nginx(http, port) {
  const home = await folder();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${home}/${name};`).join('\n');
  await writeFile(
    join(home, 'nginx.conf'),
    `${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${home}/pid;
error_log ${home}/error.log;
events { worker_connections 2048; }
http {
  include /etc/nginx/mime.types;
  access_log off;
${temporary}
${http}
}
`,
  );
  const child = spawn('nginx', ['-c', join(home, 'nginx.conf'), '-e', join(home, 'error.log')], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${await readFile(join(home, 'error.log'), 'utf8')}`);
  }
  return { url: `http://127.0.0.1:${port}`, errors: () => readFile(join(home, 'error.log'), 'utf8') };
}

/** Whether somebody listens. */
export async function answers(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
