/** What a client shows for what the server and the other tabs do: the same file is tried with the store for Rust programs. */
import { expect, test } from 'vitest';
import { run } from './scripted.js';
import { scenarios } from './scripted-server.js';

test.for(scenarios)('$name', async ({ steps }) => {
  await run(steps);
});

test('a scenario that does not hold is noticed', async () => {
  const steps = [
    { open: {} },
    { answer: 'GET /session', session: { accounts: ['ada'] } },
    { expect: { active: 'sin_bob' } },
  ];
  await expect(run(steps)).rejects.toThrow('step 3 ({"expect":{"active":"sin_bob"}}): it is {"active":"sin_ada"}');
});
