import { type ReactElement, useState } from 'react';
import { KeyrackError } from '../../error.js';
import { useDeployment } from '../../use-deployment.js';
import type { AuthenticatorSetUp } from '../../use-sign-up.js';
import { useAuthenticators, type UseAuthenticators } from '../../use-ways.js';
import { Act, Sure } from '../buttons.js';
import { Qr } from '../entry/qr.js';
import { useSay } from '../entry/say.js';
import { List } from '../list.js';
import { Field, Form, Select } from '../parts.js';
import { isOfInput } from '../use-run.js';
import { download } from './download.js';
import type { OwnProps } from './manage-account.js';
import { Said, Section, useKeptFocus, useOwnRun } from './own.js';
import { dateOf } from './dates.js';
import type { SecurityProps } from './security.js';

/** Second factors: authenticator apps, backup codes, and when one is asked for. */
export function Factors({ user, hook, codes, onCodes }: SecurityProps): ReactElement {
  const methods = useAuthenticators();
  const factors = useDeployment().deployment?.auth_settings.auth_factors_enabled;
  return (
    <>
      {factors?.authenticator !== false && <Authenticators user={user} methods={methods} />}
      {factors?.backup_code !== false && <BackupCodes has={user.backup_codes_generated} methods={methods} codes={codes} onCodes={onCodes} />}
      <Policy user={user} hook={hook} />
    </>
  );
}

interface AuthenticatorsProps extends Pick<OwnProps, 'user'> {
  readonly methods: UseAuthenticators;
}

function Authenticators({ user, methods }: AuthenticatorsProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const [set, setSet] = useState<AuthenticatorSetUp & { readonly id: string }>();
  const add = (): void => void run.run(async () => setSet(await methods.add()));
  const part = useKeptFocus(!!set);
  return (
    <Section title={say('accountAuthenticators')} part={part}>
      {user.authenticators.length === 0 && !set && <p className="kr-quiet">{say('accountAuthenticatorsNone')}</p>}
      <List label={say('accountAuthenticators')}>
        {user.authenticators.map(({ id, created_at }) => (
          <Authenticator key={id} id={id} name={say('accountAuthenticator', { date: dateOf(created_at) })} methods={methods} />
        ))}
      </List>
      {set ? (
        <SetUp
          set={set}
          methods={methods}
          onOver={(isDone) => {
            setSet(undefined);
            if (isDone) void run.run(() => Promise.resolve(), say('accountAuthenticatorAdded'));
          }}
        />
      ) : (
        <div className="kr-foot">
          <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={add}>
            {say('accountAuthenticatorAdd')}
          </button>
          <Said run={run} />
        </div>
      )}
    </Section>
  );
}

interface AuthenticatorProps {
  readonly id: string;
  readonly name: string;
  readonly methods: UseAuthenticators;
}

function Authenticator({ id, name, methods }: AuthenticatorProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  return (
    <li className="kr-row">
      <span className="kr-two">
        <span>{name}</span>
      </span>
      <Sure label={say('accountRemove', { what: name })} isBusy={run.isBusy} onPress={() => void run.run(() => methods.remove(id))}>
        {say('accountRemoveShort')}
      </Sure>
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}

interface SetUpProps {
  readonly set: AuthenticatorSetUp & { readonly id: string };
  readonly methods: UseAuthenticators;
  readonly onOver: (isDone: boolean) => void;
}

/** What the app is shown, and two codes that follow each other: a clock that runs wrong is noticed now. */
function SetUp({ set, methods, onOver }: SetUpProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const code = (name: string) => ({
    name,
    inputMode: 'numeric',
    autoComplete: 'one-time-code',
    maxLength: 12,
    required: true,
  }) as const;
  return (
    <>
      <p>{say('enrolCodesText')}</p>
      <Qr text={set.otp_url} label={say('enrolQr')} />
      <p>
        {say('enrolSecret')} <code className="kr-secret">{set.totp_secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <Form
        label={say('accountAuthenticatorAdd')}
        submit={say('codeSubmit')}
        isBusy={run.isBusy}
        error={run.error}
        onSubmit={(form) => {
          const values = new FormData(form);
          const codes = ['first', 'second'].map((name) => String(values.get(name)).replace(/\D/g, ''));
          void run.run(() => methods.verify(set.id, codes)).then((isDone) => isDone && onOver(true));
        }}
      >
        <div className="kr-pair">
          <Field label={say('enrolFirst')} {...code('first')} isWrong={isOfInput(run.error)} autoFocus />
          <Field label={say('enrolSecond')} {...code('second')} />
        </div>
      </Form>
      <Act label={say('accountCancel')} isPlain onPress={() => onOver(false)}>
        {say('accountCancel')}
      </Act>
    </>
  );
}

interface BackupCodesProps extends Pick<SecurityProps, 'codes' | 'onCodes'> {
  readonly has: boolean;
  readonly methods: UseAuthenticators;
}

function BackupCodes({ has, methods, codes, onCodes }: BackupCodesProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const make = (): void => void run.run(async () => onCodes(await methods.makeBackupCodes()));
  const part = useKeptFocus(!!codes);
  return (
    <Section title={say('accountBackup')} part={part}>
      {codes ? (
        <Codes codes={codes} onKept={() => onCodes(undefined)} />
      ) : (
        <>
          <p className="kr-quiet">{say(has ? 'accountBackupHas' : 'accountBackupText')}</p>
          <div className="kr-foot">
            {has ? (
              <Sure label={say('accountBackupAgain')} isBusy={run.isBusy} onPress={make}>
                {say('accountBackupAgain')}
              </Sure>
            ) : (
              <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={make}>
                {say('accountBackupMake')}
              </button>
            )}
            <Said run={run} />
          </div>
        </>
      )}
    </Section>
  );
}

/** The codes, this once. */
function Codes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const text = codes.join('\n');

  /** Without a clipboard, as on a page without TLS, or where the person refuses it. */
  async function copy(): Promise<void> {
    await Promise.resolve()
      .then(() => navigator.clipboard.writeText(text))
      .catch(() => {
        throw new KeyrackError('unknown', say('accountBackupCopyFailed'));
      });
  }

  return (
    <>
      <p role="status">{say('accountBackupShown')}</p>
      <ul role="list" className="kr-codes" aria-label={say('accountBackup')}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="kr-foot">
        <button
          type="button"
          className="kr-button"
          autoFocus
          onClick={() => void run.run(copy, say('accountBackupCopied'))}
        >
          {say('accountBackupCopy')}
        </button>
        <button type="button" className="kr-button" onClick={() => download('backup-codes.txt', 'text/plain', `${text}\n`)}>
          {say('accountBackupDownload')}
        </button>
        <button type="button" className="kr-button kr-main" onClick={onKept}>
          {say('accountBackupDone')}
        </button>
        <Said run={run} />
      </div>
    </>
  );
}

const POLICIES = { none: 'accountPolicyNone', optional: 'accountPolicyOptional', enforced: 'accountPolicyEnforced' } as const;

function Policy({ user, hook }: OwnProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const [chosen, choose] = useState(user.second_factor_policy);
  const isEnforced = useDeployment().deployment?.auth_settings.second_factor_policy === 'enforced';
  if (isEnforced) return <p className="kr-quiet">{say('accountPolicyHere')}</p>;
  return (
    <Form
      label={say('accountPolicy')}
      submit={say('accountSave')}
      isBusy={run.isBusy}
      error={run.error}
      done={run.done}
      onSubmit={() => void run.run(() => hook.update({ second_factor_policy: chosen }), say('accountSaved'))}
    >
      <Select
        label={say('accountPolicy')}
        value={chosen}
        options={Object.entries(POLICIES).map(([id, name]) => ({ id, name: say(name) }))}
        onChange={choose}
      />
    </Form>
  );
}
