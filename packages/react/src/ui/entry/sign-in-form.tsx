import { type ReactElement, type ReactNode, useState, useSyncExternalStore } from 'react';
import { hasPasskeys } from '../../has-passkeys.js';
import type { CurrentUser, Deployment } from '../../types.gen.js';
import { useDeployment } from '../../use-deployment.js';
import { useSession } from '../../use-session.js';
import { type NewSignIn, type UseSignIn, useSignIn } from '../../use-sign-in.js';
import { Frame, Wait } from '../frame.js';
import { useOnce } from './use-once.js';
import type { EntryWords } from './entry-words.js';
import { useParts } from './kit.js';
import { PasskeyOffer, PasskeyPrompt, Step, useSteps } from './later.js';
import { type Say, useSay } from './say.js';
import { looksLikeEmail, missing, useForm, type Values } from './use-form.js';
import { type Identifier, identifierOf, looksLikePhone, phoneOf, type Way, waysOf } from './ways.js';

/** What {@link SignInForm} takes. */
export interface SignInFormProps {
  /** Called once the account is signed in; `useSession()` shows it by then. */
  readonly onDone?: (() => void) | undefined;

  /** The attempt to go on with, as `signin_attempt_id` of a link says. */
  readonly attemptId?: string | undefined;

  /** The address or username to begin with. */
  readonly identifier?: string | undefined;

  /** Where the page of a mailed link leads to. */
  readonly redirectUrl?: string | undefined;

  /** Where a forgotten password is got over; no link when omitted. */
  readonly forgotPasswordUrl?: string | undefined;

  /** What stands below the title of the first step. */
  readonly children?: ReactNode;

  /** What stands below the first step, such as a link to the sign-up. */
  readonly footer?: ReactNode;
}

/** Signs an account in, in every way that the deployment offers and through every step that it asks for. */
export function SignInForm(props: SignInFormProps): ReactElement {
  const { deployment, error, refetch } = useDeployment();
  return (
    <Frame isBusy={!deployment}>
      {deployment ? <SignIn {...props} deployment={deployment} /> : <Wait error={error} refetch={refetch} />}
    </Frame>
  );
}

function SignIn({ onDone, attemptId, ...props }: SignInFormProps & { readonly deployment: Deployment }): ReactElement {
  const { Working } = useParts();
  const hook = useSignIn({ attemptId, steady: true });
  const [isIn, setIn] = useState(false);
  const [isOffered, setOffered] = useState(false);
  const user = useSession().session?.active_signin?.user;
  const isDone = isIn || !!hook.attempt?.completed;
  const offers = isDone && !isOffered && !!user && wantsPasskey(props.deployment, user);
  useOnce(isDone && !offers, () => onDone?.());
  if (offers) return <PasskeyPrompt onOver={() => setOffered(true)} />;
  if (isDone) return <Working />;
  if (hook.attempt) return <Step key={`${hook.attempt.id} ${hook.attempt.current_step}`} hook={hook} attempt={hook.attempt} />;
  return <Start {...props} hook={hook} onIn={() => setIn(true)} />;
}

const never = () => () => undefined;

/** Whether this browser has passkeys; a server, and the first rendering over what it wrote, know of none. */
function useHasPasskeys(): boolean {
  return useSyncExternalStore(never, hasPasskeys, () => false);
}

/** Whether whoever has just signed in is to be offered a passkey for the next time. */
function wantsPasskey({ auth_settings: { passkey } }: Deployment, user: CurrentUser): boolean {
  return passkey.enabled && passkey.prompt_registration_on_auth && !user.has_passkeys && hasPasskeys();
}

interface StartProps extends Omit<SignInFormProps, 'onDone' | 'attemptId'> {
  readonly deployment: Deployment;
  readonly hook: UseSignIn;
  readonly onIn: () => void;
}

const LABELS = { email: 'fieldEmail', username: 'fieldUsername', either: 'fieldEmailOrUsername' } as const;
const SUBMITS = {
  password: 'signInSubmit',
  email_otp: 'signInCodeSubmit',
  magic_link: 'signInLinkSubmit',
  phone_otp: 'signInCodeSubmit',
} as const;
const WAYS: Readonly<Record<Way, keyof EntryWords>> = {
  password: 'wayPassword',
  email_otp: 'wayEmailOtp',
  magic_link: 'wayMagicLink',
  phone_otp: 'wayPhoneOtp',
};

/** The first step: who it is, and by which way. */
function Start({ deployment, hook, onIn, identifier: hint = '', redirectUrl, forgotPasswordUrl, children, footer }: StartProps): ReactElement {
  const { Title, Notice, Ways, Button, Anchor, Other } = useParts();
  const say = useSay();
  const ways = waysOf(deployment);
  const [way, setWay] = useState<Way | undefined>(ways[0]);
  const [wasChosen, setChosen] = useState(false);
  const [typed, setTyped] = useState(hint);
  const { passkey } = deployment.auth_settings;
  const canPasskey = useHasPasskeys() && passkey.enabled;
  const isAutofilled = passkey.enabled && passkey.allow_autofill;
  useSteps();
  const others = ways.filter((other) => other !== way);
  return (
    <>
      <Title>{say('signInTitle')}</Title>
      {children}
      {way && (
        <StartForm
          key={way}
          way={way}
          deployment={deployment}
          typed={typed}
          onType={setTyped}
          takesFocus={wasChosen || !hint}
          isAutofilled={isAutofilled}
          submit={async (wanted) => {
            const isIn = await hook.create(wanted.strategy === 'magic_link' && redirectUrl ? { ...wanted, redirect_uri: redirectUrl } : wanted);
            if (isIn) onIn();
          }}
        />
      )}
      {way === 'password' && forgotPasswordUrl && (
        <Other>
          <Anchor href={forgotPasswordUrl}>{say('signInForgot')}</Anchor>
        </Other>
      )}
      {!way && !canPasskey && <Notice isBad>{say('wayNone')}</Notice>}
      {(others.length > 0 || canPasskey) && (
        <Ways>
          {way && <span className="kr-or">{say('signInOr')}</span>}
          {canPasskey && <PasskeyOffer hook={hook} onIn={onIn} isAutofilled={isAutofilled} />}
          {others.map((other) => (
            <Button
              key={other}
              onPress={() => {
                setWay(other);
                setChosen(true);
              }}
            >
              {say(WAYS[other])}
            </Button>
          ))}
        </Ways>
      )}
      {footer}
    </>
  );
}

interface StartFormProps {
  readonly way: Way;
  readonly deployment: Deployment;
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly takesFocus: boolean;
  readonly isAutofilled: boolean;
  readonly submit: (wanted: NewSignIn) => Promise<void>;
}

function StartForm({ way, deployment, typed, onType, takesFocus, isAutofilled, submit }: StartFormProps): ReactElement {
  const { Form, Field, PasswordField } = useParts();
  const say = useSay();
  const identifier = identifierOf(deployment);
  const form = useForm({
    check: (values) => problemsOf(way, identifier, values, say),
    submit: (values) => submit(signInOf(way, identifier, values)),
  });
  const isPhone = way === 'phone_otp';
  const label = isPhone ? 'fieldPhone' : way === 'password' ? LABELS[identifier] : 'fieldEmail';
  const isEmail = takesEmail(way, identifier);
  // What was typed for one way is no answer to the question of another.
  const begins = isPhone ? (typed.startsWith('+') ? typed : '') : isEmail && typed && !typed.includes('@') ? '' : typed;
  return (
    <Form form={form} name={say('signInTitle')} submit={say(SUBMITS[way])}>
      <Field
        form={form}
        label={say(label)}
        name="identifier"
        type={isPhone ? 'tel' : isEmail ? 'email' : 'text'}
        autoComplete={isPhone ? 'tel' : isAutofilled ? 'username webauthn' : 'username'}
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={begins}
        onChange={({ target }) => onType(target.value)}
        {...(isPhone && { hint: say('fieldPhoneHint') })}
        takesFocus={takesFocus || way !== 'password'}
        required
      />
      {way === 'password' && (
        <PasswordField form={form} label={say('fieldPassword')} autoComplete="current-password" takesFocus={!takesFocus} />
      )}
    </Form>
  );
}

/** Whether an address is all that may be typed. */
function takesEmail(way: Way, identifier: Identifier): boolean {
  return way !== 'phone_otp' && (way !== 'password' || identifier === 'email');
}

function problemsOf(way: Way, identifier: Identifier, values: Values, say: Say): Record<string, string> {
  const found = missing(values, way === 'password' ? ['identifier', 'password'] : ['identifier'], say('fieldMissing'));
  if (found['identifier']) return found;
  if (way === 'phone_otp' && !looksLikePhone(values['identifier'])) found['identifier'] = say('fieldPhoneWrong');
  if (takesEmail(way, identifier) && !looksLikeEmail(values['identifier'])) found['identifier'] = say('errorInvalidEmail');
  return found;
}

/** Usernames have no @ in them, and addresses do. */
function signInOf(way: Way, identifier: Identifier, { identifier: typed = '', password = '' }: Values): NewSignIn {
  const text = typed.trim();
  if (way === 'phone_otp') return { strategy: 'phone_otp', phone: phoneOf(text) };
  if (way !== 'password') return { strategy: way, email: text };
  const isEmail = identifier === 'email' || (identifier === 'either' && text.includes('@'));
  return isEmail ? { strategy: 'plain_email', email: text, password } : { strategy: 'plain_username', username: text, password };
}
