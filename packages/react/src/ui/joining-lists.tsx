import { type ReactElement, useState } from 'react';
import type { DomainMethods, InvitationMethods } from '../joining.js';
import type { DomainJoinMode, OrganizationDomain, OrganizationInvitation } from '../types.gen.js';
import { useOrganizationDomains, useOrganizationInvitations } from '../use-joining.js';
import { Act, Sure } from './buttons.js';
import { List, More } from './list.js';
import { Wait } from './frame.js';
import { Field, Form, Select } from './parts.js';
import { isOfInput, useRun } from './use-run.js';
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
  const { invitations, invite, hasMore, fetchMore, error } = hook;

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
        <Field label={words.email} name="email" type="email" required autoComplete="off" isWrong={isOfInput(run.error)} />
        <Select label={words.role} value={role} options={[{ id: '', name: words.usualRole }, ...roles]} onChange={setRole} />
      </Form>
      {invitations.length === 0 && <p className="kr-quiet">{words.noInvitations}</p>}
      <List label={words.waiting}>
        {invitations.map((invitation) => (
          <Invitation key={invitation.id} invitation={invitation} isOfWorkspace={!!workspaceId} methods={hook} />
        ))}
      </List>
      <More hasMore={hasMore} fetchMore={fetchMore} error={error} />
    </>
  );
}

interface InvitationProps {
  readonly invitation: OrganizationInvitation;

  /** Whether it is shown for its workspace. */
  readonly isOfWorkspace: boolean;
  readonly methods: InvitationMethods;
}

function Invitation({ invitation, isOfWorkspace, methods }: InvitationProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const { id, email, expired, inviter } = invitation;
  const role = isOfWorkspace ? invitation.initial_workspace_role : invitation.initial_organization_role;
  const state = expired ? words.expired : inviter ? (role?.name ?? words.usualRole) : words.inviterGone;
  return (
    <li className="kr-row">
      <span className="kr-two">
        <span>{email}</span>{' '}
        <span className="kr-quiet">{state}</span>
      </span>
      <Act label={words.resend(email)} isBusy={run.isBusy} onPress={() => void run.run(() => methods.resend(id), words.resent)}>
        ↻
      </Act>
      <Sure label={words.discard(email)} isBusy={run.isBusy} onPress={() => void run.run(() => methods.discard(id))}>
        ×
      </Sure>
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
      <span role="status" className="kr-quiet">
        {run.done}
      </span>
    </li>
  );
}

/** The domains that an organization has claimed, and the records that prove them. */
export function Domains({ organizationId }: { readonly organizationId: string }): ReactElement {
  const words = useWords();
  const run = useRun();
  const hook = useOrganizationDomains(organizationId);
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  const { domains, addDomain } = hook;

  function add(form: HTMLFormElement): void {
    const domain = String(new FormData(form).get('domain'));
    void run.run(async () => {
      await addDomain(domain);
      form.reset();
    }, words.domainAdded);
  }

  return (
    <>
      <Form label={words.addDomain} submit={words.addDomain} isBusy={run.isBusy} error={run.error} done={run.done} onSubmit={add}>
        <Field label={words.domain} name="domain" required autoCapitalize="none" spellCheck={false} isWrong={isOfInput(run.error)} />
      </Form>
      {domains.length === 0 && <p className="kr-quiet">{words.noDomains}</p>}
      <List label={words.domains}>
        {domains.map((domain) => (
          <Domain key={domain.id} domain={domain} methods={hook} />
        ))}
      </List>
    </>
  );
}

interface DomainProps {
  readonly domain: OrganizationDomain;
  readonly methods: DomainMethods;
}

function Domain({ domain, methods }: DomainProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const { id, fqdn, verified, missing_since: missing } = domain;
  const needsRecord = !verified || !!missing;
  const modes = Object.entries(words.joinModes).map(([mode, name]) => ({ id: mode, name }));
  return (
    <li className="kr-row">
      <span className="kr-two kr-wordy">
        <span>
          {fqdn} <span className="kr-quiet">{!verified ? words.unproved : missing ? words.recordMissing : words.proved}</span>
        </span>
        {needsRecord && (
          <span className="kr-quiet">
            {words.domainProof(domain.verification_dns_record_type, `${domain.verification_dns_record_name}.${fqdn}`)}{' '}
            <code>{domain.verification_dns_record_data}</code>
          </span>
        )}
      </span>
      <Select
        label={words.joinMode(fqdn)}
        isQuiet
        value={domain.join_mode}
        isBusy={run.isBusy}
        options={modes}
        onChange={(mode) => void run.run(() => methods.updateDomain(id, mode as DomainJoinMode))}
      />
      {needsRecord && (
        <Act
          label={words.verifyDomain(fqdn)}
          isBusy={run.isBusy}
          onPress={() => void run.run(() => methods.verifyDomain(id), words.domainProved(fqdn))}
        >
          ↻
        </Act>
      )}
      <Sure label={words.deleteDomain(fqdn)} isBusy={run.isBusy} onPress={() => void run.run(() => methods.deleteDomain(id))}>
        ×
      </Sure>
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
      <span role="status" className="kr-quiet">
        {run.done}
      </span>
    </li>
  );
}
