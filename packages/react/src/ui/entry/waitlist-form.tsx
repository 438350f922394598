import type { ReactElement, ReactNode } from 'react';
import { useDeployment } from '../../use-deployment.js';
import { useWaitlist } from '../../use-waitlist.js';
import { Frame } from '../frame.js';
import { useParts } from './kit.js';
import { useSay } from './say.js';
import { looksLikeEmail, missing, useForm } from './use-form.js';

/** What {@link WaitlistForm} takes. */
export interface WaitlistFormProps {
  /** The address to begin with. */
  readonly email?: string | undefined;

  /** What stands below. */
  readonly footer?: ReactNode;
}

/** Puts somebody on the list of those who want an account, where the deployment has one. */
export function WaitlistForm(props: WaitlistFormProps): ReactElement {
  return (
    <Frame>
      <Waitlist {...props} />
    </Frame>
  );
}

function Waitlist({ email = '', footer }: WaitlistFormProps): ReactElement {
  const { Title, Lead, Form, Field } = useParts();
  const say = useSay();
  const { joined, join } = useWaitlist();
  const hasNames = !!useDeployment().deployment?.restrictions.waitlist_collect_names;
  const form = useForm({
    check: (values) => {
      const found = missing(values, ['email'], say('fieldMissing'));
      return found['email'] || looksLikeEmail(values['email']) ? found : { email: say('errorInvalidEmail') };
    },
    submit: ({ email: typed = '', ...names }) => join({ ...names, email: typed.trim() }),
  });
  if (joined !== null) {
    return (
      <>
        <Title takesFocus>{say('waitlistDoneTitle')}</Title>
        <Lead>{say('waitlistDoneText', { email: joined })}</Lead>
        {footer}
      </>
    );
  }
  return (
    <>
      <Title>{say('waitlistTitle')}</Title>
      <Lead>{say('waitlistText')}</Lead>
      <Form form={form} name={say('waitlistTitle')} submit={say('waitlistSubmit')}>
        {hasNames && (
          <div className="pair kr-pair">
            <Field form={form} label={say('fieldFirstName')} name="first_name" autoComplete="given-name" takesFocus />
            <Field form={form} label={say('fieldLastName')} name="last_name" autoComplete="family-name" />
          </div>
        )}
        <Field
          form={form}
          label={say('fieldEmail')}
          name="email"
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={email}
          takesFocus={!hasNames}
          required
        />
      </Form>
      {footer}
    </>
  );
}
