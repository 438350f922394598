import {
  createContext,
  memo,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import useSWR, { SWRConfig, type SWRConfiguration } from 'swr';
import { Client } from './client.js';
import { parsePublishableKey } from './publishable-key.js';
import { Transport } from './transport.js';
import type { Deployment, Session } from './types.gen.js';

/** What {@link KeyrackProvider} takes. */
export interface KeyrackProviderProps {
  /** The deployment's key, `pk_test_…` or `pk_live_…`; the server prints it. It is no secret. */
  readonly publishableKey: string;

  /** Leads to a post-sign-out URL; a router's navigation fits here. `location.assign` when omitted. */
  readonly navigate?: ((url: string) => void) | undefined;

  /**
   * The session that a server read for this request and rendered the page with. The hooks are loaded from the first
   * rendering on, there and in the browser, which then reads it once itself. Later values are ignored; null and
   * undefined mean that it is not known yet.
   */
  readonly initialSession?: Session | null | undefined;

  /**
   * `tab`: the active sign-in, organization and workspace are this tab's own, kept in sessionStorage and laid over the
   * session that all tabs share. A switch here changes nothing in other tabs, and another tab's nothing here. Then
   * `initialSession` is the session as this tab sees it, and the tab goes on from there. Later values are ignored.
   */
  readonly scope?: 'tab' | undefined;

  /** The deployment's settings, if a server read them: `useDeployment()` then makes no request. */
  readonly initialDeployment?: Deployment | null | undefined;

  readonly children?: ReactNode;
}

/**
 * Holds the session of one deployment for the components below it, and keeps it fresh: one request at first, one per
 * refresh, however many components ask. Two providers share nothing.
 *
 * @throws Error when the publishable key is malformed.
 */
export function KeyrackProvider(props: KeyrackProviderProps): ReactElement {
  // Another key is another deployment: nothing of the former may stay.
  return <Provider key={props.publishableKey} {...props} />;
}

function Provider(props: KeyrackProviderProps): ReactElement {
  const { publishableKey, navigate, initialSession: session, initialDeployment: deployment, scope, children } = props;
  const [client] = useState(() => {
    const api = parsePublishableKey(publishableKey);
    return new Client(api.base, new Transport(api), { session, deployment, scope });
  });
  useEffect(() => {
    client.navigate = navigate;
  }, [client, navigate]);
  return (
    <ClientContext.Provider value={client}>
      <SWRConfig value={ownConfig}>
        <Refresher client={client} />
      </SWRConfig>
      <WithoutOutdated client={client}>{children}</WithoutOutdated>
    </ClientContext.Provider>
  );
}

/**
 * SWR decides when the session is read: at first, then every 30 seconds while the page is visible and online, sooner
 * after a failure. What an answer changes is the client's business; SWR's cache learns no more than that it was read.
 */
function Refresher({ client }: { readonly client: Client }): null {
  // The cache is the application's too, and its functions that choose keys expect texts: a random one is nobody else's.
  const [key] = useState(() => `keyrack ${Math.random()}`);
  const refreshInterval = useSyncExternalStore(client.subscribe, client.pause, client.pause);
  useSWR(key, () => client.refresh().then(() => true), { refreshInterval });
  useEffect(() => {
    client.start();
    return client.stop;
  }, [client]);
  return null;
}

/**
 * A function, so that nothing of the application's own SWR configuration reaches in here. It has no cache of its own:
 * SWR drops such a cache while a Suspense boundary around it waits, and then cannot render.
 */
const ownConfig = (): SWRConfiguration => ({
  dedupingInterval: 0,
  revalidateIfStale: false,
  revalidateOnFocus: false,
  revalidateOnReconnect: false,
});

/**
 * How often the context changes. React 19 misses a part whose parent has other work in the same rendering, as when
 * it shows the account too; what an application does in its own effects takes the first renderings.
 */
const TIMES = 4;

/** What a server renders of what is only so in a browser. */
export const never = (): boolean => false;

/** Nobody reads it. A change makes React give up the parts of the page that are still as a server wrote them. */
const OutdatedContext = createContext(0);

/** Stays as it is when the context changes: only below such a component does React 19 look for those parts. */
const Below = memo(({ children }: { readonly children?: ReactNode }) => children);

/**
 * Sees to it that what a server wrote for another account than is shown by now disappears before the next frame,
 * instead of when its code has arrived.
 */
function WithoutOutdated({ client, children }: { readonly client: Client; readonly children?: ReactNode }): ReactElement {
  const isOutdated = useSyncExternalStore(client.subscribe, client.outdated, never);
  const [times, setTimes] = useState(0);
  const useCommit = typeof document === 'undefined' ? useEffect : useLayoutEffect;
  useCommit(() => {
    if (isOutdated && times < TIMES) setTimes(times + 1);
  }, [isOutdated, times]);
  return (
    <OutdatedContext.Provider value={times}>
      <Below>{children}</Below>
    </OutdatedContext.Provider>
  );
}

/** What the hooks read. */
export const ClientContext = createContext<Client | null>(null);

/** The client of the provider above. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('Put a <KeyrackProvider> above.');
  return client;
}
