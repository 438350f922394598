import { type ReactElement, useState } from 'react';
import type { DomainJoinMode } from '../types.gen.js';
import { useOrganizationDomains, useOrganizationInvitations } from '../use-joining.js';
import { Field, Form, Select, Wait } from './parts.js';
import { useRun } from './use-run.js';
import { useWords } from './words.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

interface InvitationsProps {
  readonly organizationId: string;

  /** What the place is called that they are to. */
  readonly place: string;

  /** What the invited may be. */
  readonly roles: readonly Named[] | undefined;

  /** To invite to a workspace of the organization, and which of the invitations are shown. */
  readonly workspaceId?: string | undefined;
}

/** Who is invited, and how to invite somebody. */
export function Invitations({ organizationId, place, roles = [], workspaceId }: InvitationsProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const hook = useOrganizationInvitations({ organizationId, workspaceId });
  const [role, setRole] = useState('');
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  const { invitations, invite, resend, discard } = hook;

  function send(form: HTMLFormElement): void {
    const email = String(new FormData(form).get('email'));
    const of = workspaceId ? { workspaceId, workspaceRoleId: role || undefined } : { roleId: role || undefined };
    void run.run(async () => {
      await invite({ email, ...of });
      form.reset();
    }, words.invited(email));
  }

  return (
    <>
      <Form
        label={words.partOf(words.invite, place)}
        submit={words.invite}
        isBusy={run.isBusy}
        error={run.error}
        done={run.done}
        onSubmit={send}
      >
        <Field label={words.email} name="email" type="email" required autoComplete="off" isWrong={!!run.error} />
        <Select label={words.role} value={role} options={[{ id: '', name: words.usualRole }, ...roles]} onChange={setRole} />
      </Form>
      {invitations.length === 0 && <p className="kr-quiet">{words.noInvitations}</p>}
      <ul className="kr-list" aria-label={words.waiting}>
        {invitations.map(({ id, email, expired, initial_organization_role: ofAll, initial_workspace_role: ofPlace }) => (
          <li className="kr-row" key={id}>
            <span className="kr-two">
              <span>{email}</span>{' '}
              <span className="kr-quiet">{expired ? words.expired : ((workspaceId ? ofPlace : ofAll)?.name ?? '')}</span>
            </span>
            <button
              type="button"
              className="kr-button"
              aria-label={words.resend(email)}
              onClick={() => void run.run(() => resend(id), words.invited(email))}
            >
              ↻
            </button>
            <button
              type="button"
              className="kr-button"
              aria-label={words.discard(email)}
              onClick={() => void run.run(() => discard(id))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The domains that an organization has claimed, and the records that prove them. */
export function Domains({ organizationId }: { readonly organizationId: string }): ReactElement {
  const words = useWords();
  const run = useRun();
  const hook = useOrganizationDomains(organizationId);
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  const { domains, addDomain, updateDomain, verifyDomain, deleteDomain } = hook;
  const modes = Object.entries(words.joinModes).map(([id, name]) => ({ id, name }));

  function add(form: HTMLFormElement): void {
    const domain = String(new FormData(form).get('domain'));
    void run.run(async () => {
      await addDomain(domain);
      form.reset();
    });
  }

  return (
    <>
      <Form label={words.addDomain} submit={words.addDomain} isBusy={run.isBusy} error={run.error} onSubmit={add}>
        <Field label={words.domain} name="domain" required autoCapitalize="none" spellCheck={false} isWrong={!!run.error} />
      </Form>
      {domains.length === 0 && <p className="kr-quiet">{words.noDomains}</p>}
      <ul className="kr-list" aria-label={words.domains}>
        {domains.map((one) => (
          <li className="kr-row" key={one.id}>
            <span className="kr-two">
              <span>
                {one.fqdn} <span className="kr-quiet">{one.verified ? words.proved : words.unproved}</span>
              </span>
              {!one.verified && (
                <span className="kr-quiet">
                  {words.domainProof(one.verification_dns_record_type, `${one.verification_dns_record_name}.${one.fqdn}`)}{' '}
                  <code>{one.verification_dns_record_data}</code>
                </span>
              )}
            </span>
            <Select
              label={words.joinMode(one.fqdn)}
              isQuiet
              value={one.join_mode}
              isBusy={run.isBusy}
              options={modes}
              onChange={(mode) => void run.run(() => updateDomain(one.id, mode as DomainJoinMode))}
            />
            {!one.verified && (
              <button
                type="button"
                className="kr-button"
                aria-label={words.verifyDomain(one.fqdn)}
                onClick={() => void run.run(() => verifyDomain(one.id))}
              >
                ↻
              </button>
            )}
            <button
              type="button"
              className="kr-button"
              aria-label={words.deleteDomain(one.fqdn)}
              onClick={() => void run.run(() => deleteDomain(one.id))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
