/** What most visits do not come by, as code that is loaded then. */
import { lazy, type ReactElement, Suspense } from 'react';
import type { ChooserProps, LeavingProps } from './chooser.js';
import { Loading, Maintenance } from './states.js';

const LazyChooser = lazy(() => import('./chooser.js').then((file) => ({ default: file.Chooser })));
const LazyLeaving = lazy(() => import('./chooser.js').then((file) => ({ default: file.Leaving })));

/** The accounts of this browser, on a page that is for something else. */
export function Chooser(props: ChooserProps): ReactElement {
  return (
    <Suspense fallback={<Loading />}>
      <LazyChooser {...props} />
    </Suspense>
  );
}

/** The accounts while nothing can be changed. */
export function Leaving(props: LeavingProps): ReactElement {
  return (
    <Suspense fallback={<Maintenance />}>
      <LazyLeaving {...props} />
    </Suspense>
  );
}
