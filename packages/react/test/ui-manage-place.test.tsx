/** ManageOrganization and ManageWorkspace: domains, restrictions, names, and what ends. */
import { ManageOrganization, ManageWorkspace } from '@keyrack/react/ui';
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { button, click, lists, submit, tab, type } from './hands.js';
import { administrator, open, tabs } from './ui.js';

test('a domain is claimed with the record that proves it, and given up', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Domains'));
  await type('Domain', 'example.com');
  await submit('Add domain');
  await click(button('Look for the record of example.com now'));
  expect(server.count('POST /organizations/org_a/domains/dom_example.com/verify')).toBe(1);
  expect(screen.getByText('example.com is proved.').getAttribute('role')).toBe('status');
  server.refuse('POST', '/organizations/org_a/domains/dom_example.com/verify', 400, 'domain_record_not_found');
  await click(button('Look for the record of example.com now'));
  expect(screen.getByText('Refused: domain_record_not_found').closest('li')).toBeTruthy();
  expect(screen.getByLabelText('Domain').getAttribute('aria-invalid')).toBeNull();
  await click(button('Remove example.com'));
  expect(lists()['Domains']).toEqual(['example.com not proved']);
  await click(button('Remove example.com: are you sure?'));
  expect(screen.getByText('No domains yet.')).toBeTruthy();
});

test('a proved domain whose record is missing shows what has to be published again', async () => {
  const server = administrator();
  server.teams.domains = { org_a: ['example.com', 'example.org'] };
  const record = { verification_dns_record_type: 'TXT', verification_dns_record_name: '_keyrack', verification_dns_record_data: 'keyrack-verify=1' };
  const facts = { ...record, verified: true };
  server.teams.domainFacts = { 'example.com': facts, 'example.org': { ...facts, missing_since: '2026-11-24T08:00:00.000Z' } };
  await open(<ManageOrganization />);
  await click(tab('Domains'));
  expect(lists()['Domains']).toEqual(['example.com proved', 'example.org proved, but its record is missing']);
  expect(screen.getAllByText('keyrack-verify=1')).toHaveLength(1);
  expect(screen.getByText(/TXT record at _keyrack.example.org/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Look for the record of example.com now' })).toBeNull();
  expect(button('Look for the record of example.org now')).toBeTruthy();
});

test('restrictions are saved as a whole, also when the list of addresses was emptied', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Restrictions'));
  await click(screen.getByLabelText('Require a second factor'));
  await type(/^Allowed addresses/, '203.0.113.0/24\n2001:db8::1');
  await submit('Restrictions');
  const body = server.requests.find(({ path }) => path.startsWith('/organizations/org_a/update'))?.body;
  expect(body).toEqual({ enforce_mfa: true, enable_ip_restriction: false, whitelisted_ips: ['203.0.113.0/24', '2001:db8::1'] });
  expect(screen.getByText('Saved.')).toBeTruthy();
});

test('it gets another name, and is deleted by who types that name', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('General'));
  await act(async () => void fireEvent.change(screen.getAllByLabelText('Name')[0] as Element, { target: { value: 'Rome' } }));
  await submit('General');
  expect(screen.getByRole('tablist', { name: 'Rome' })).toBeTruthy();
  document.querySelector('details')?.setAttribute('open', '');
  await submit('Delete organization');
  expect(server.count('POST /organizations/org_a/delete')).toBe(0);
  await act(async () => void fireEvent.change(screen.getAllByLabelText('Name').at(-1) as Element, { target: { value: 'Rome' } }));
  await submit('Delete organization');
  expect(screen.getByText('You act in no organization. Choose one first.')).toBeTruthy();
});

test('only what was changed is sent, and nothing when nothing was', async () => {
  const server = administrator();
  server.once('GET', '/me/organization-memberships', (_, usual) => {
    const [first, ...others] = usual().data as { organization: object }[];
    return { data: [{ ...first, organization: { ...first?.organization, description: 'Old', image_url: 'https://pictures.test/1' } }, ...others] };
  });
  await open(<ManageOrganization />);
  await click(tab('General'));
  await submit('General');
  expect(screen.getByText('Saved.')).toBeTruthy();
  expect(server.count('POST')).toBe(0);
  await type(/^Description/, 'New');
  await click(screen.getByLabelText('Remove the picture'));
  await submit('General');
  expect(server.requests.find(({ method }) => method === 'POST')?.body).toEqual({ description: 'New', image: '' });
  expect(screen.queryByLabelText('Remove the picture')).toBeNull();
});

test('it is left at the second click, and what forbids that is said', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('General'));
  await click(button('Leave organization'));
  expect(button('Leave organization: are you sure?').textContent).toBe('Leave organization: are you sure?');
  expect(server.count('POST')).toBe(0);
  server.refuse('POST', '/organizations/org_a/leave', 409, 'last_administrator');
  await click(button('Leave organization: are you sure?'));
  expect(screen.getByText('Refused: last_administrator').getAttribute('role')).toBe('alert');
  await click(button('Leave organization'));
  await click(button('Leave organization: are you sure?'));
  expect(screen.getByText('You act in no organization. Choose one first.')).toBeTruthy();
});

test('a workspace is managed by its administrators and by those of its organization', async () => {
  const server = administrator();
  server.scope('org_a', 'wsp_a');
  server.teams.members = { ...server.teams.members, wsp_a: { usr_ada: ['workspace:member'] } };
  await open(<ManageWorkspace />);
  expect(tabs()).toEqual(['Members', 'Invitations', 'Roles', 'General']);
  await click(tab('Invitations'));
  await type('Email address', 'dan@example.com');
  await submit('Invite');
  expect(server.requests.find(({ method, path }) => method === 'POST' && path.startsWith('/organizations/org_a/invitations'))?.body).toEqual({ email: 'dan@example.com', workspace_id: 'wsp_a' });
});

test('what cannot be read says why, and is tried again by hand', async () => {
  const server = administrator();
  server.refuse('GET', '/organizations/org_a/members', 403, 'permission_denied');
  server.unreachable('GET', '/organizations/org_a/domains');
  await open(<ManageOrganization />);
  expect(screen.getByText('Your roles do not allow this. Ask an administrator.')).toBeTruthy();
  await click(tab('Domains'));
  await click(button('Try again'));
  expect(screen.getByText('No domains yet.')).toBeTruthy();
});
