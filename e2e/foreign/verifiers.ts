import { getAuthFromToken } from '@wacht/backend';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a verifier tells a backend of a token. */
export interface Judged {
  readonly user: string;
  readonly session: string;
  readonly organization: string | null;
  readonly workspace: string | null;
  readonly of_organization: readonly string[] | null;
  readonly of_workspace: readonly string[] | null;
}

/** Judges tokens of an issuer, each by itself: `null` is a token that is refused. */
export type Verifier = (issuer: string, tokens: readonly string[]) => Promise<(Judged | null)[]>;

/** `@wacht/backend` of npm. */
async function wachtOfNpm(issuer: string, tokens: readonly string[]): Promise<(Judged | null)[]> {
  const publishableKey = `pk_test_${Buffer.from(issuer).toString('base64')}`;
  return Promise.all(
    tokens.map(async (token) => {
      const auth = await getAuthFromToken(token, { publishableKey });
      if (!auth.userId) return null;
      return {
        user: auth.userId,
        session: auth.sessionId as string,
        organization: auth.organizationId ?? null,
        workspace: auth.workspaceId ?? null,
        of_organization: auth.organizationPermissions ?? null,
        of_workspace: auth.workspacePermissions ?? null,
      };
    }),
  );
}

/** The crate `wacht`, in a program of ours (`wacht/`). */
async function wachtOfRust(issuer: string, tokens: readonly string[]): Promise<(Judged | null)[]> {
  const program = process.env['KEYRACK_FOREIGN_WACHT'];
  if (!program) throw new Error('KEYRACK_FOREIGN_WACHT is not set: run this by `cargo xtask test --only foreign`');
  const running = promisify(execFile)(program, [issuer]);
  running.child.stdin?.end(tokens.join('\n'));
  const { stdout } = await running;
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Judged | null);
}

export const VERIFIERS: Readonly<Record<string, Verifier>> = {
  '@wacht/backend': wachtOfNpm,
  'the crate wacht': wachtOfRust,
};
