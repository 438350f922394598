/** Fails when the script of the pages has grown beyond what somebody on a slow connection should wait for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 90_000;

const folder = join(import.meta.dirname, '../dist/_keyrack/assets');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
console.log(`The hosted pages: ${bytes} of ${LIMIT_BYTES} bytes of script, gzipped`);
process.exitCode = bytes > LIMIT_BYTES || bytes === 0 ? 1 : 0;
