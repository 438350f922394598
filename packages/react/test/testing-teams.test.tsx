/** `@keyrack/react/testing` for components that show organizations. */
import { Protect, useOrganization, useOrganizationList, useOrganizationMembers, useSession } from '@keyrack/react';
import { TestKeyrack, TestKeyrackProvider, testOrganizationMembership, testSession, testWorkspaceMembership } from '@keyrack/react/testing';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { pass } from './harness.js';

function Team() {
  const { switchOrganization, has } = useSession();
  const { organizations } = useOrganizationList();
  const { organization, update } = useOrganization();
  const { members } = useOrganizationMembers();
  return (
    <>
      <h1>{organization?.name ?? 'alone'}</h1>
      <p>{members?.length}</p>
      <Protect permission="organization:manage" fallback={<b>look only</b>}>
        <button onClick={() => void update?.({ name: 'Rome' })}>rename</button>
      </Protect>
      {organizations?.map(({ id, name }) => (
        <button key={id} onClick={() => switchOrganization?.(id)}>
          {name}
        </button>
      ))}
      <i>{String(has?.({ permission: 'organization:manage' }))}</i>
    </>
  );
}

test('H41 a component that shows organizations is tested without a server, and its calls are recorded', async () => {
  const keyrack = new TestKeyrack({
    session: testSession([{}]),
    beside: {
      '/me/organization-memberships': [
        testOrganizationMembership('org_1', { permissions: ['organization:manage'] }, { name: 'Rome' }),
        testOrganizationMembership('org_2'),
      ],
      '/me/workspace-memberships': [testWorkspaceMembership()],
      '/organizations/org_1/members': [{ id: 'mem_1' }, { id: 'mem_2' }],
    },
  });
  const { container } = render(
    <TestKeyrackProvider keyrack={keyrack}>
      <Team />
    </TestKeyrackProvider>,
  );
  await pass();
  expect(container.textContent).toBe('alone0look onlyRomeOrganization org_2false');
  await act(async () => fireEvent.click(screen.getByText('Rome')));
  await pass();
  expect(container.textContent).toBe('Rome2renameRomeOrganization org_2true');
  await act(async () => fireEvent.click(screen.getByText('rename')));
  expect(keyrack.calls).toEqual([
    { method: 'switchOrganization', args: ['org_1'] },
    { method: 'POST /organizations/org_1/update', args: [{ name: 'Rome' }] },
  ]);
  await act(async () => keyrack.setBeside('/me/organization-memberships', [testOrganizationMembership('org_1')]));
  expect(container.textContent).toBe('Organization org_12look onlyOrganization org_1false');
});
