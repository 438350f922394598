import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LAYOUTS = fileURLToPath(new URL('../../docs/LAYOUTS.md', import.meta.url));

/** The code block with this title under this heading of docs/LAYOUTS.md, as it stands there. */
export function block(heading: string, title: string): string {
  const sections = readFileSync(LAYOUTS, 'utf8').split(/^#{2,3} /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [, code] = new RegExp(`^\`\`\`\\w+ title="${title}"\n(.*?)^\`\`\`$`, 'ms').exec(section) ?? [];
  if (code === undefined) throw new Error(`docs/LAYOUTS.md has no block "${title}" under "${heading}"`);
  return code;
}

/** The text with this machine's addresses in it. Each of the document's must be there, or the test tests something else. */
export function fill(text: string, addresses: Record<string, string>): string {
  const all = Object.keys(addresses);
  for (const written of all) {
    if (!text.includes(written)) throw new Error(`"${written}" is not in:\n${text}`);
  }
  // All at once: port 30001 of this machine is no port 3000 of the document's.
  const any = new RegExp(all.map((written) => written.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  return text.replace(any, (written) => addresses[written] ?? written);
}
