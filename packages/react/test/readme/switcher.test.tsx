import { TestKeyrack, TestKeyrackProvider, testSession } from '@keyrack/react/testing';
import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import AccountSwitcher from '../examples/account-switcher.js';

test('a click makes the other account the active one', () => {
  const keyrack = new TestKeyrack({ session: testSession([{}, { email_address: 'bob@example.com' }]) });
  render(
    <TestKeyrackProvider keyrack={keyrack}>
      <AccountSwitcher />
    </TestKeyrackProvider>,
  );
  fireEvent.click(screen.getByText('bob@example.com'));
  expect(keyrack.calls).toEqual([{ method: 'switchSignIn', args: ['sin_2'] }]);
});
