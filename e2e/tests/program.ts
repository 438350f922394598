import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;

  /** What it prints once it is ready. */
  readonly ready: RegExp;
}

/** Another program, with everything that it started. */
export class Program {
  readonly #name: string;
  readonly #child: ChildProcess;

  /** The lines that it has printed so far. */
  readonly said: readonly string[];

  private constructor(name: string, child: ChildProcess, said: readonly string[]) {
    this.#name = name;
    this.#child = child;
    this.said = said;
  }

  /** Starts it and waits until it says that it is ready. */
  static async start(name: string, args: readonly string[], { ready, ...options }: Options): Promise<Program> {
    // A group of its own: npm starts a shell, and that one the program that is meant.
    const child = spawn(name, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const hear = (line: string): void => {
        said.push(line);
        if (ready.test(stripVTControlCharacters(line))) resolve();
      };
      createInterface({ input: child.stdout }).on('line', hear);
      createInterface({ input: child.stderr }).on('line', hear);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${said.join('\n')}`)));
    });
    return new Program(name, child, said);
  }

  /** Stops it as Ctrl-C would; returns its exit code. */
  async stop(): Promise<number | null> {
    const { pid, exitCode } = this.#child;
    if (exitCode !== null || pid === undefined) return exitCode;
    const exit = once(this.#child, 'exit');
    process.kill(-pid, 'SIGINT');
    const [code, signal] = (await exit) as [number | null, string | null];
    if (signal === 'SIGKILL') throw new Error(`${this.#name} was killed`);
    return code;
  }
}
