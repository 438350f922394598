/** What the tests of the forms for getting in have in common. */
import { screen } from '@testing-library/react';
import type { FakeServer } from './fake-server.js';
import { signInAttempt } from './fixtures.js';

/** What the buttons say, in their order. */
export const buttons = (): (string | null)[] => screen.getAllByRole('button').map(({ textContent }) => textContent);

/** The next request to a path leaves the attempt at a step, or completes it. */
export function leads(server: FakeServer, path: string, ...[id, step, fields]: Parameters<typeof signInAttempt>): void {
  server.once('POST', path, () => {
    if (step === '') server.signInAs('ada');
    return server.change({ signin_attempts: [signInAttempt(id, step, fields)] });
  });
}

/** What the last request said. */
export const lastBody = (server: FakeServer): unknown => server.requests.at(-1)?.body;
