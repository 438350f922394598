import { KeyrackError, type UseSession } from '@keyrack/react';
import { useState } from 'react';
import { sentence } from './sentences.js';

interface Answer {
  readonly title: string;
  readonly body: string;
}

/** Calls a backend that knows nothing but where the public keys are. */
export function PrivateApi({ hook }: { readonly hook: UseSession }) {
  const [given, setGiven] = useState<{ readonly to: string | undefined; readonly answer: Answer }>();
  const [isBusy, setBusy] = useState(false);
  const active = hook.session?.active_signin?.id;
  // What was answered to one account is not shown under another.
  const answer = given?.to === active ? given?.answer : undefined;

  async function call(template?: string) {
    setBusy(true);
    setGiven({ to: active, answer: await callPrivateApi(() => hook.getToken(template)) });
    setBusy(false);
  }

  return (
    <section className="card backend" aria-labelledby="private-title">
      <div>
        <h2 id="private-title">Your backend</h2>
        <p className="quiet">
          <code>/api/private</code> gets a short token and verifies it offline.
        </p>
        <button type="button" className="button" onClick={() => call()} disabled={hook.loading} aria-busy={isBusy}>
          Call private API
        </button>
        <button type="button" className="button" onClick={() => call('greeting')} disabled={hook.loading}>
          Call it by name
        </button>
        <p className="quiet">
          By name: with a token of the template <code>greeting</code>, which <code>keyrack.toml</code> says.
        </p>
      </div>
      <div className="answer" role="status" aria-label="Answer of the private API">
        {answer && (
          <>
            <p>{answer.title}</p>
            <pre role="region" aria-label="Body of the answer" tabIndex={0}>
              {answer.body}
            </pre>
          </>
        )}
      </div>
    </section>
  );
}

async function callPrivateApi(getToken: () => Promise<string>): Promise<Answer> {
  try {
    const token = await getToken();
    const response = await fetch('api/private', { headers: { Authorization: `Bearer ${token}` } });
    return { title: `${response.status} ${response.statusText}`.trim(), body: pretty(await response.text()) };
  } catch (error) {
    const code = error instanceof KeyrackError ? error.code : 'network';
    return { title: `No answer: ${code}`, body: sentence(error) };
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
