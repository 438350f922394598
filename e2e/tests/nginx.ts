import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { Program } from './program.js';

const run = promisify(execFile);
const NGINX = process.env['KEYRACK_NGINX'] ?? '/usr/sbin/nginx';

/** Makes a certificate that nobody vouches for: `example.com.pem` and `example.com.key` in a folder. */
export async function certify(folder: string): Promise<void> {
  const names = 'subjectAltName=DNS:example.com,DNS:*.example.com';
  const files = ['-keyout', join(folder, 'example.com.key'), '-out', join(folder, 'example.com.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await run('openssl', ['req', '-x509', ...kind, '-subj', '/CN=example.com', '-addext', names, ...files]);
}

/** Starts nginx in the foreground with these servers; everything that it writes is in the folder. */
export async function startNginx(folder: string, servers: string, port: number): Promise<Program> {
  await mkdir(join(folder, 'tmp'), { recursive: true });
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/tmp/${name};`);
  const lines = [
    // As root its workers would be somebody else, who may not read the folder.
    process.getuid?.() === 0 ? 'user root;' : '',
    `pid ${folder}/pid;`,
    'worker_processes 1;',
    'events {}',
    `http { access_log off; ${paths.join(' ')}`,
    servers,
    '}',
  ];
  const config = join(folder, 'whole.conf');
  await writeFile(config, lines.join('\n'));
  const log = join(folder, 'error.log');
  const args = ['-p', folder, '-e', log, '-c', config, '-g', 'daemon off; error_log stderr notice;'];
  const program = await Program.start(NGINX, args, { ready: /start worker process/ }).catch(async (error) => {
    throw new Error(`${error.message}\n${await readFile(log, 'utf8').catch(() => '')}`);
  });
  await expect.poll(() => listens(port), { intervals: [20] }).toBe(true);
  return program;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.end());
  });
}
