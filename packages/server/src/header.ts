/** Something with headers: a `Request`, a Node request, or what holds them. */
export type Headed =
  | { readonly headers: { get(name: string): string | null } }
  | {
      readonly headers: { readonly authorization?: string | undefined };
      /** Names and values in turn, as Node received them. */
      readonly rawHeaders?: readonly string[];
    };

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1); `undefined` when there is none, or more than one. */
export function bearer(request: Headed): string | undefined {
  const [, token] = /^bearer +([^ ].*?) *$/i.exec(authorization(request) ?? '') ?? [];
  return token;
}

function authorization(request: Headed): string | undefined {
  const { headers } = request;
  if ('get' in headers && typeof headers.get === 'function') return headers.get('authorization') ?? undefined;
  // Node keeps the first of several and says nothing of the others.
  const { rawHeaders = [] } = request as { rawHeaders?: readonly string[] };
  const sent = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'authorization').length;
  return sent > 1 ? undefined : (headers as { readonly authorization?: string }).authorization;
}
