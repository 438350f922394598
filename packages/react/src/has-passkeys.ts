/** What a page may know of passkeys before it asks for one. */

/** Whether this browser has passkeys at all. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && !!globalThis.navigator?.credentials;
}

/** Whether this browser lists passkeys below a field. */
export async function hasAutofill(): Promise<boolean> {
  return hasPasskeys() && !!(await PublicKeyCredential.isConditionalMediationAvailable?.());
}

/** How a passkey is asked for. */
export interface PasskeyOptions {
  /**
   * Whether it is offered in the list that the browser shows below a field whose `autocomplete` ends in `webauthn`,
   * instead of in a window. Then the promise waits until somebody chooses one, and `loading` stays false until then.
   */
  readonly autofill?: boolean;

  /** Takes the question back. */
  readonly signal?: AbortSignal;
}
