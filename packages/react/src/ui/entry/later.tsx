/** What not everybody comes by, as code that is loaded when the first form is there. */
import { type ComponentType, lazy, type ReactElement, Suspense, useEffect } from 'react';
import type { StepProps } from './code-form.js';
import { useParts } from './kit.js';
import type { ForgotStepProps } from './forgot-steps.js';
import type { LeftProps } from './left.js';
import type { PasskeyOfferProps } from './passkey-offer.js';
import { useSay } from './say.js';
import type { SignUpStepProps } from './sign-up-steps.js';

/**
 * A component of a file that comes later; when it cannot be loaded, a way to load the page anew, with the new files. What
 * stands there meanwhile is as high as what comes, so that nothing below it moves.
 */
export function later<T extends object>(load: () => Promise<ComponentType<T>>, Meanwhile?: ComponentType<T>): ComponentType<T> {
  // React 18's types of what is loaded later know no generic properties.
  const Loaded = lazy(() => load().then((shown) => ({ default: shown }), () => ({ default: Missing as ComponentType<T> }))) as unknown as (
    props: T,
  ) => ReactElement;
  return function Later(props: T): ReactElement {
    const { Working } = useParts();
    return (
      <Suspense fallback={Meanwhile ? <Meanwhile {...props} /> : <Working />}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}

function Missing(): ReactElement {
  const { Button, Notice, Ways } = useParts();
  const say = useSay();
  return (
    <Ways>
      <Notice isBad>{say('laterMissing')}</Notice>
      <Button onPress={() => location.reload()}>{say('laterReload')}</Button>
    </Ways>
  );
}

/** The step that an attempt waits for. */
export const Step = later<StepProps>(() => import('./steps.js').then((file) => file.Step));

/** Loads the steps while the first form is being filled in. */
export function useSteps(): void {
  useEffect(() => void import('./steps.js').catch(() => {}), []);
}

/** Offers a passkey for the next time. */
export const PasskeyPrompt = later<{ readonly onOver: () => void }>(() => import('./passkey-prompt.js').then((file) => file.PasskeyPrompt));

/** A passkey in place of what is typed. */
export const PasskeyOffer = later<PasskeyOfferProps>(() => import('./passkey-offer.js').then((file) => file.PasskeyOffer), function Meanwhile() {
  const { Button } = useParts();
  return (
    <Button isBusy onPress={() => undefined}>
      {useSay()('wayPasskey')}
    </Button>
  );
});

/** What is left of a sign-in that something else has begun. */
export const Left = later<LeftProps>(() => import('./left.js').then((file) => file.Left));

/** What follows the address of a forgotten password. */
export const ForgotStep = later<ForgotStepProps>(() => import('./forgot-steps.js').then((file) => file.ForgotStep));

/** The step that a sign-up waits for. */
export const SignUpStep = later<SignUpStepProps>(() => import('./sign-up-steps.js').then((file) => file.SignUpStep));
