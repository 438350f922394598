import { build, type Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../src');

/** One piece of a source file, and what stands there instead. */
export interface Break {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What `contents`, a module beside the sources, exports: of the sources as they are, or with one piece replaced. */
export async function withBreak<T>(contents: string, broken?: Break): Promise<T> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: SOURCE, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'exported',
    target: 'es2022',
    plugins: broken ? [replacing(broken)] : [],
    logLevel: 'silent',
  });
  return new Function(`${outputFiles[0]?.text}; return exported;`)() as T;
}

function replacing({ file, from, to }: Break): Plugin {
  return {
    name: 'replacing',
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`/${file}$`) }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        // A piece that is no longer there would break nothing, and prove nothing.
        if (text.split(from).length !== 2) throw new Error(`${file} does not have "${from}" once`);
        return { contents: text.replace(from, () => to), loader: 'ts' };
      });
    },
  };
}
