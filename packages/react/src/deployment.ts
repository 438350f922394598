/**
 * The settings of one provider's deployment: asked for once, when something needs them, and shared by all who do.
 */
import { asDeployment } from './answers.js';
import type { KeyrackError } from './error.js';
import { retryPause } from './pause.js';
import type { Deployment } from './types.gen.js';

interface Always {
  /** Why the last try failed; undefined once one succeeds. The next try follows by itself. */
  readonly error: KeyrackError | undefined;

  /** Asks now. Never rejects: what went wrong is in `error`. What is shown stays until the answer is there. */
  readonly refetch: () => Promise<void>;
}

/** Before the settings are there. */
export interface DeploymentLoading extends Always {
  readonly loading: true;
  readonly deployment?: undefined;
}

/** Once they are there, for good. */
export interface DeploymentLoaded extends Always {
  readonly loading: false;

  /** What an application may know before anybody signs in: names, links, ways to sign in. */
  readonly deployment: Deployment;
}

/** What `useDeployment()` returns. */
export type UseDeployment = DeploymentLoading | DeploymentLoaded;

/** The settings, and who shows them. */
export class DeploymentStore {
  readonly #ask: () => Promise<unknown>;
  readonly #listeners = new Set<() => void>();
  #underWay: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #view: UseDeployment;
  readonly #firstView: UseDeployment;

  constructor(ask: () => Promise<unknown>, initial?: Deployment | null) {
    this.#ask = ask;
    this.#firstView = this.#view = this.#render(initial);
  }

  readonly view = (): UseDeployment => this.#view;

  /** What a server renders, and what a browser must begin with so that it finds its page unchanged. */
  readonly firstView = (): UseDeployment => this.#firstView;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#view.loading && !this.#retry) void this.#load();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopTrying();
    };
  };

  /** The settings; undefined when the server does not answer. */
  async get(): Promise<Deployment | undefined> {
    if (this.#view.loading) await this.#load();
    return this.#view.deployment;
  }

  /** One request at a time, whoever asks for it. */
  readonly #load = (): Promise<void> => {
    this.#stopTrying();
    return (this.#underWay ??= this.#read().finally(() => (this.#underWay = undefined)));
  };

  async #read(): Promise<void> {
    try {
      this.#view = this.#render(asDeployment(await this.#ask()));
      this.#failures = 0;
    } catch (error) {
      this.#view = this.#render(this.#view.deployment, error as KeyrackError);
      this.#failures += 1;
      if (this.#listeners.size > 0) this.#tryAgain();
    }
    for (const listener of this.#listeners) listener();
  }

  /** Nobody sees a hidden page: there it waits on. */
  #tryAgain(): void {
    const next = (): void => (document.hidden ? this.#tryAgain() : void this.#load());
    this.#retry = setTimeout(next, retryPause(this.#failures));
  }

  #stopTrying(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #render(deployment?: Deployment | null, error?: KeyrackError): UseDeployment {
    const always = { error, refetch: this.#load };
    return deployment ? { loading: false, deployment, ...always } : { loading: true, ...always };
  }
}
