/** What a sign-in may ask for after its beginning, one component for each. */
import { type ReactElement, useEffect, useState } from 'react';
import { loadSteps } from '../../attempts.js';
import { Account, CodeForm, type StepProps } from './code-form.js';
import { EnrolStep } from './enrol.js';
import { useParts } from './kit.js';
import { Resend, Sent } from './resend.js';
import { useSay } from './say.js';
import { FactorStep } from './second-factor.js';
import { missing, useForm, type Values } from './use-form.js';
import { looksLikePhone, phoneOf } from './ways.js';

/** The step that an attempt waits for, and a way to leave it: it may be somebody else's, on a browser that several use. */
export function Step(props: StepProps): ReactElement {
  const { Other, Button } = useParts();
  // What answers it comes while it is looked at.
  useEffect(() => void loadSteps().catch(() => undefined), []);
  const Waiting = STEPS[props.attempt.current_step] ?? CodeStep;
  return (
    <>
      <Waiting {...props} />
      <Other>
        <Button look="link" onPress={props.hook.startOver}>
          {useSay()('startOver')}
        </Button>
      </Other>
    </>
  );
}

/** The password of a sign-in that has said who it is. */
function PasswordStep({ hook, attempt }: StepProps): ReactElement {
  const { Title, Lead, Form, PasswordField } = useParts();
  const say = useSay();
  const form = useForm({
    check: (values) => missing(values, ['password'], say('fieldMissing')),
    submit: ({ password = '' }) => hook.verifyPassword(password),
  });
  return (
    <>
      <Title>{say('passwordTitle')}</Title>
      {attempt.email && <Lead>{attempt.email}</Lead>}
      <Form form={form} name={say('passwordTitle')} submit={say('signInSubmit')}>
        <Account name={attempt.email} />
        <PasswordField form={form} label={say('fieldPassword')} autoComplete="current-password" takesFocus />
      </Form>
    </>
  );
}

/** Another number in place of the one that is to be proved, which may be mistyped or nobody's any more. */
function NumberForm({ hook, onDone }: Pick<StepProps, 'hook'> & { readonly onDone: () => void }): ReactElement {
  const { Title, Form, Field } = useParts();
  const say = useSay();
  const form = useForm({
    check: ({ phone_number: typed }) => (looksLikePhone(typed) ? {} : { phone_number: say('fieldPhoneWrong') }),
    submit: async ({ phone_number: typed }) => {
      await hook.completeProfile({ phone_number: phoneOf(typed) });
      onDone();
    },
  });
  return (
    <>
      <Title>{say('codeOtherNumber')}</Title>
      <Form form={form} name={say('codeOtherNumber')} submit={say('signInCodeSubmit')}>
        <Field form={form} label={say('fieldPhone')} name="phone_number" type="tel" autoComplete="tel" hint={say('fieldPhoneHint')} takesFocus required />
      </Form>
    </>
  );
}

/** A code, or a link, that was sent to an address or a number. */
function CodeStep({ hook, attempt }: StepProps): ReactElement {
  const { Title, Other, Button } = useParts();
  const say = useSay();
  const [isOther, setOther] = useState(false);
  const step = attempt.current_step;
  const isLink = step === 'verify_email_link';
  const isPhone = step === 'verify_phone' || step === 'verify_phone_otp';
  const title = say(isPhone ? 'codePhoneTitle' : isLink ? 'linkTitle' : 'codeTitle');
  // A passkey, or a number, has named no address.
  if (isOther) return <NumberForm hook={hook} onDone={() => setOther(false)} />;
  const text = isPhone ? 'codePhoneText' : isLink ? 'linkText' : attempt.email ? 'codeText' : 'codeTextAny';
  return (
    <>
      <Title>{title}</Title>
      <Sent unsent={hook.unsent}>{say(text, { email: attempt.email })}</Sent>
      <CodeForm title={title} account={attempt.email} verify={(code) => hook.verify(code)} />
      <Resend label={say(isLink ? 'linkResend' : 'codeResend')} send={() => hook.prepare()} isDue={!!hook.unsent} />
      {step === 'verify_phone' && (
        <Other>
          <Button look="link" onPress={() => setOther(true)}>
            {say('codeOtherNumber')}
          </Button>
        </Other>
      )}
    </>
  );
}

const LABELS = {
  first_name: ['fieldFirstName', 'given-name'],
  last_name: ['fieldLastName', 'family-name'],
  username: ['fieldUsername', 'username'],
  phone_number: ['fieldPhone', 'tel'],
  email_address: ['fieldEmail', 'email'],
} as const;

type Missing = keyof typeof LABELS;

/** What the deployment wants to know of everybody, and does not know yet. */
function ProfileStep({ hook, attempt }: StepProps): ReactElement {
  const { Title, Lead, Form, Field } = useParts();
  const say = useSay();
  const wanted = attempt.missing_fields.filter((name): name is Missing => name in LABELS);
  const form = useForm({
    check: (values) => {
      const found = missing(values, wanted, say('fieldMissing'));
      const phone = values['phone_number'];
      if (phone && !looksLikePhone(phone)) found['phone_number'] = say('fieldPhoneWrong');
      return found;
    },
    submit: (values) => hook.completeProfile(profileOf(values)),
  });
  const known: Readonly<Record<string, string | undefined>> = attempt.profile_completion_data;
  return (
    <>
      <Title>{say('profileTitle')}</Title>
      <Lead>{say('profileText')}</Lead>
      <Form form={form} name={say('profileTitle')} submit={say('profileSubmit')}>
        {wanted.map((name, index) => (
          <Field
            key={name}
            form={form}
            label={say(LABELS[name][0])}
            name={name}
            type={name === 'phone_number' ? 'tel' : name === 'email_address' ? 'email' : 'text'}
            autoComplete={LABELS[name][1]}
            defaultValue={known[name] ?? ''}
            {...(name === 'phone_number' && { hint: say('fieldPhoneHint') })}
            takesFocus={index === 0}
            required
          />
        ))}
      </Form>
    </>
  );
}

function profileOf({ email_address: email, phone_number: phone, ...names }: Values): Record<string, string> {
  return { ...names, ...(email && { email: email.trim() }), ...(phone && { phone_number: phoneOf(phone) }) };
}

const STEPS: Partial<Readonly<Record<string, typeof CodeStep>>> = {
  verify_password: PasswordStep,
  verify_second_factor: FactorStep,
  add_second_factor: EnrolStep,
  complete_profile: ProfileStep,
};
