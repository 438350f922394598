/** Answers as Keyrack does, from memory: as much of it as the hooks of an application call. */
import { KeyrackError } from '../error.js';
import type { Request } from '../transport.js';
import type { Deployment, Session, SignupAttempt } from '../types.gen.js';
import { testSession, testSignIn } from './fixtures.js';

type Body = Readonly<Record<string, string | undefined>>;

/** The state of one test. */
export class TestServer {
  readonly deployment: Deployment;

  /** Undefined while the session is still loading. */
  session: Session | undefined;

  /** What is read beside the session, by path without query: lists, and whatever else is answered. */
  readonly beside: Record<string, unknown>;
  #tokens = 0;

  constructor(deployment: Deployment, session: Session | undefined, beside: Readonly<Record<string, unknown>> = {}) {
    this.deployment = deployment;
    this.session = session;
    this.beside = { ...beside };
  }

  /** @throws KeyrackError as the server refuses it. */
  answer(request: Request): unknown {
    const { pathname, searchParams } = new URL(request.path, 'http://test');
    const body = (request.body ?? {}) as Body;
    switch (pathname) {
      case '/deployment':
        return this.deployment;
      case '/session/token':
        return this.#token(searchParams.get('template') ?? '');
      case '/session/switch-sign-in':
        return this.#switchSignIn(body['sign_in_id']);
      case '/session/sign-out':
        return this.#signOut(body['sign_in_id']);
      case '/session/switch-organization':
        return this.#scope(body['organization_id'] ?? null, null);
      case '/session/switch-workspace':
        return this.#scope(this.#active().active_organization_membership_id, body['workspace_id'] ?? null);
      case '/session/ticket/exchange':
        if (!this.beside[pathname]) throw refusal(404, 'ticket_not_found');
        return { session: this.change(this.beside[pathname] as Partial<Session>) };
      case '/auth/identifier-availability':
        return { exists: false };
      case '/auth/signin':
        return this.#signIn(body);
      case '/auth/signup':
        return this.change({ signup_attempts: [attempt(body)] });
      case '/auth/prepare-verification':
        return this.beside[pathname] ?? { otp_sent: true, verification_method: 'email_otp' };
      case '/auth/attempt-verification':
        return this.#verify();
      case '/session/reauthenticate':
        return this.change({});
      case '/auth/passkey/login/finish':
      case '/auth/verify-magic-link':
      case '/auth/reset-password':
        return this.#signIn({ email: 'ada@example.com' });
      default:
        return this.#answerBeside(request, pathname);
    }
  }

  /** Changes of organizations, workspaces and inboxes are answered and change nothing: a test says what is there. */
  #answerBeside({ body }: Request, path: string): unknown {
    const said = this.beside[path];
    const isKnown = /^\/(me|organizations|workspaces|notifications|deployment|auth|waitlist|session\/reauthenticate)\//.test(`${path}/`);
    if (!isKnown) throw refusal(404, 'not_found');
    if (body) return said ?? {};
    const list = (said ?? []) as unknown[];
    if (path.endsWith('/members')) return { data: list, meta: { total: list.length, has_more: false, next_cursor: null } };
    if (path === '/notifications') return { notifications: list, has_more: false, next_cursor: null };
    if (path === '/notifications/scope-unread') return said ?? { count: 0, places: [] };
    return list;
  }

  /** The session after a change: one revision later. */
  change(fields: Partial<Session>): Session {
    const { id, revision, ...before } = this.session ?? testSession();
    this.session = { ...before, id: id || 'ses_1', revision: revision + 1, ...fields };
    return this.session;
  }

  #active(): NonNullable<Session['active_signin']> {
    const active = this.session?.active_signin;
    if (!active) throw refusal(401, 'signed_out');
    return active;
  }

  #token(template: string): object {
    const { id } = this.#active();
    this.#tokens += 1;
    const token = `test-token-${this.#tokens}.${id}.${template}`;
    const expires = Date.now() + 60_000;
    return { token, expires, lifetime_ms: 60_000, signin_id: id, revision: this.session?.revision ?? 0 };
  }

  #switchSignIn(id: string | undefined): Session {
    const found = this.session?.signins.find((signIn) => signIn.id === id);
    if (!found) throw refusal(404, 'sign_in_not_found');
    return this.change({ active_signin: found, end_reason: null });
  }

  #signOut(id: string | undefined): Session {
    const { signins = [], active_signin: active = null } = this.session ?? {};
    if (id !== undefined && !signins.some((signIn) => signIn.id === id)) throw refusal(404, 'sign_in_not_found');
    const left = id === undefined ? [] : signins.filter((signIn) => signIn.id !== id);
    if (left.length === 0) return (this.session = testSession([], { end_reason: 'signed_out' }));
    if (active?.id !== id) return this.change({ signins: left });
    return this.change({ signins: left, active_signin: left[0] ?? null, end_reason: 'signed_out' });
  }

  /** In a test the id of a membership is that of what it is a membership of. */
  #scope(organization: string | null, workspace: string | null): Session {
    const active = {
      ...this.#active(),
      active_organization_membership_id: organization,
      active_workspace_membership_id: workspace,
    };
    const signins = (this.session?.signins ?? []).map((one) => (one.id === active.id ? active : one));
    return this.change({ active_signin: active, signins });
  }

  #signIn({ email = '', username = '' }: Body): Session {
    const { signins = [] } = this.session ?? {};
    const number = signins.length + 1;
    const added = testSignIn({ id: `usr_${number}`, email_address: email, username }, `sin_${number}`);
    return this.change({ signins: [...signins, added], active_signin: added, end_reason: null });
  }

  #verify(): Session {
    const [pending] = this.session?.signup_attempts ?? [];
    if (!pending) throw refusal(400, 'BAD_SIGN_IN_ATTEMPT');
    this.#signIn({ email: pending.email, username: pending.username });
    return this.change({ signup_attempts: [{ ...pending, completed: true, current_step: '', remaining_steps: [] }] });
  }
}

/** @internal */
export function refusal(status: number, code: string): KeyrackError {
  return new KeyrackError(code, `The test's server refused: ${code}.`, status);
}

function attempt({ email = '', username = '', first_name = '', last_name = '' }: Body): SignupAttempt {
  return {
    id: 'sat_1',
    session_id: 'ses_1',
    first_name,
    last_name,
    email,
    username,
    phone_number: '',
    phone_country_code: '',
    required_fields: ['email', 'password'],
    missing_fields: [],
    current_step: 'verify_email',
    remaining_steps: ['verify_email'],
    completed: false,
    expires_at: '2036-01-01T00:00:00.000Z',
  };
}
