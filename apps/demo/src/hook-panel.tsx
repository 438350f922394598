import type { UseSession } from '@keyrack/react';

/** The hook's whole value as it is at this moment. */
export function HookPanel({ hook }: { readonly hook: UseSession }) {
  return (
    <section className="card panel" aria-labelledby="panel-title">
      <div className="panel-head">
        <h2 id="panel-title">
          <code>useSession()</code>
        </h2>
        <p>
          {hook.status}
          {hook.session && `, revision ${hook.session.revision}`}
        </p>
      </div>
      <pre data-testid="hook-panel" role="region" aria-label="What useSession() returns" tabIndex={0}>
        {JSON.stringify(hook, describe, 2)}
      </pre>
    </section>
  );
}

/** JSON has no word for functions and errors, and drops what is undefined. */
function describe(_key: string, value: unknown): unknown {
  if (typeof value === 'function') return 'ƒ available';
  if (value instanceof Error) return { ...value, message: value.message };
  return value === undefined ? null : value;
}
