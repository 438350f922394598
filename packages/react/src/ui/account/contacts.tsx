import { type ReactElement, useState } from 'react';
import { useDeployment } from '../../use-deployment.js';
import { Act, Sure } from '../buttons.js';
import { useSay } from '../entry/say.js';
import { looksLikePhone, phoneOf } from '../entry/ways.js';
import { List } from '../list.js';
import { Field, Form } from '../parts.js';
import { isOfInput } from '../use-run.js';
import type { OwnProps } from './manage-account.js';
import { Said, Section, useKeptFocus, useOwnRun } from './own.js';

/** An address or a number, as the list shows it. */
interface Contact {
  readonly id: string;
  readonly text: string;
  readonly isPrimary: boolean;
  readonly isVerified: boolean;
}

/** What can be done to those of one kind. */
interface Kind {
  readonly add: (typed: string) => Promise<{ readonly id: string }>;
  readonly prepare: (id: string) => Promise<void>;
  readonly verify: (id: string, code: string) => Promise<void>;
  readonly makePrimary: (id: string) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}

/** The addresses that mail goes to, and the numbers, where the deployment has those. */
export function Contacts(own: OwnProps): ReactElement {
  const settings = useDeployment().deployment?.auth_settings;
  return (
    <>
      <Emails {...own} />
      {settings?.phone_number.enabled && <Phones {...own} />}
    </>
  );
}

/** The addresses that mail goes to. */
function Emails({ user, hook }: OwnProps): ReactElement {
  const say = useSay();
  const contacts = user.user_email_addresses.map(({ id, email, is_primary, verified }) => ({
    id,
    text: email,
    isPrimary: is_primary,
    isVerified: verified,
  }));
  const kind: Kind = {
    add: hook.addEmail,
    prepare: hook.prepareEmail,
    verify: hook.verifyEmail,
    makePrimary: hook.makeEmailPrimary,
    remove: hook.removeEmail,
  };
  return <Kinds title={say('accountEmails')} add={say('accountEmailAdd')} isPhone={false} contacts={contacts} kind={kind} />;
}

/** The numbers that codes go to. */
function Phones({ user, hook }: OwnProps): ReactElement {
  const say = useSay();
  const contacts = user.user_phone_numbers.map(({ id, phone_number, country_code, verified }) => ({
    id,
    text: `${country_code} ${phone_number}`.trim(),
    isPrimary: id === user.primary_phone_number_id,
    isVerified: verified,
  }));
  const kind: Kind = {
    add: (typed) => hook.addPhone(phoneOf(typed)),
    prepare: hook.preparePhone,
    verify: hook.verifyPhone,
    makePrimary: hook.makePhonePrimary,
    remove: hook.removePhone,
  };
  return <Kinds title={say('accountPhones')} add={say('accountPhoneAdd')} isPhone contacts={contacts} kind={kind} />;
}

interface KindsProps {
  readonly title: string;
  readonly add: string;
  readonly isPhone: boolean;
  readonly contacts: readonly Contact[];
  readonly kind: Kind;
}

function Kinds({ title, add, isPhone, contacts, kind }: KindsProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const [confirming, confirm] = useState<string>();
  const waits = contacts.find(({ id, isVerified }) => id === confirming && !isVerified);
  const part = useKeptFocus(!!waits);
  return (
    <Section title={title} part={part}>
      <List label={title}>
        {contacts.map((contact) => (
          <Row key={contact.id} contact={contact} kind={kind} onConfirm={() => confirm(contact.id)} />
        ))}
      </List>
      {waits ? (
        <Code
          key={waits.id}
          contact={waits}
          kind={kind}
          onOver={(isProved) => {
            confirm(undefined);
            if (isProved) void run.run(() => Promise.resolve(), say('accountConfirmed', { what: waits.text }));
          }}
        />
      ) : (
        <Form
          label={add}
          submit={add}
          isBusy={run.isBusy}
          error={run.error}
          done={run.done}
          onSubmit={(form) => {
            const typed = String(new FormData(form).get('contact')).trim();
            void run.run(async () => {
              confirm((await kind.add(typed)).id);
              form.reset();
            });
          }}
        >
          <Field
            label={say(isPhone ? 'fieldPhone' : 'fieldEmail')}
            name="contact"
            type={isPhone ? 'tel' : 'email'}
            autoComplete={isPhone ? 'tel' : 'email'}
            {...(isPhone && { hint: say('fieldPhoneHint') })}
            onInput={({ currentTarget: field }) =>
              field.setCustomValidity(isPhone && !looksLikePhone(field.value) ? say('fieldPhoneWrong') : '')
            }
            isWrong={isOfInput(run.error)}
            required
          />
        </Form>
      )}
    </Section>
  );
}

interface RowProps {
  readonly contact: Contact;
  readonly kind: Kind;
  readonly onConfirm: () => void;
}

function Row({ contact: { id, text, isPrimary, isVerified }, kind, onConfirm }: RowProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const send = (): void => void run.run(() => kind.prepare(id)).then((isDone) => isDone && onConfirm());
  return (
    <li className="kr-row">
      <span className="kr-two">
        <span>{text}</span>{' '}
        <span className="kr-quiet">{isPrimary ? say('accountPrimary') : isVerified ? '' : say('accountUnproved')}</span>
      </span>
      {!isVerified && (
        <Act label={say('accountConfirm', { what: text })} isBusy={run.isBusy} onPress={send}>
          {say('accountConfirmShort')}
        </Act>
      )}
      {isVerified && !isPrimary && (
        <Act label={say('accountMakePrimary', { what: text })} isBusy={run.isBusy} onPress={() => void run.run(() => kind.makePrimary(id))}>
          {say('accountMakePrimaryShort')}
        </Act>
      )}
      <Sure label={say('accountRemove', { what: text })} isBusy={run.isBusy} onPress={() => void run.run(() => kind.remove(id))}>
        {say('accountRemoveShort')}
      </Sure>
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}

interface CodeProps {
  readonly contact: Contact;
  readonly kind: Kind;
  readonly onOver: (isProved: boolean) => void;
}

/** The code that proves one of them. */
function Code({ contact: { id, text }, kind, onOver }: CodeProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const title = say('accountConfirm', { what: text });
  return (
    <>
      <p role="status">{say('accountCodeSent', { what: text })}</p>
      <Form
        label={title}
        submit={say('accountConfirmShort')}
        isBusy={run.isBusy}
        error={run.error}
        onSubmit={(form) => {
          const code = String(new FormData(form).get('code')).replace(/[\s-]/g, '');
          void run.run(() => kind.verify(id, code)).then((isDone) => isDone && onOver(true));
        }}
      >
        <Field
          label={say('fieldCode')}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          isWrong={isOfInput(run.error)}
          autoFocus
          required
        />
      </Form>
      <div className="kr-foot">
        <Act label={say('accountCancel')} isPlain onPress={() => onOver(false)}>
          {say('accountCancel')}
        </Act>
        <Said run={run} />
      </div>
    </>
  );
}
