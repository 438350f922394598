import { useSession } from '@keyrack/react';
import { TestKeyrack, TestKeyrackProvider, testSession } from '@keyrack/react/testing';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';

function AccountSwitcher() {
  const { session, switchSignIn } = useSession();
  return session?.signins.map(({ id, user }) => (
    <button key={id} onClick={() => switchSignIn(id)}>
      {user.email_address}
    </button>
  ));
}

test('a click makes the other account the active one', async () => {
  const keyrack = new TestKeyrack({ session: testSession([{}, { email_address: 'bob@example.com' }]) });
  render(
    <TestKeyrackProvider keyrack={keyrack}>
      <AccountSwitcher />
    </TestKeyrackProvider>,
  );
  await act(async () => fireEvent.click(screen.getByText('bob@example.com')));
  expect(keyrack.calls).toEqual([{ method: 'switchSignIn', args: ['sin_2'] }]);
  await act(async () => keyrack.setSession(testSession([], { end_reason: 'idle' })));
  expect(screen.queryByText('bob@example.com')).toBeNull();
});
