/** What most visits do not come by, as code that is loaded then. */
import { lazy, type ReactElement, Suspense } from 'react';
import type { ChooserProps, LeavingProps } from './chooser.js';
import type { PageProps } from './page.js';
import { Loading, Maintenance } from './states.js';

const LazyChooser = lazy(() => import('./chooser.js').then((file) => ({ default: file.Chooser })));
const LazyLeaving = lazy(() => import('./chooser.js').then((file) => ({ default: file.Leaving })));

const LazyTicket = lazy(() => import('./ticket.js').then((file) => ({ default: file.Ticket })));
const LazyActing = lazy(() => import('./acting.js').then((file) => ({ default: file.Acting })));

/** What a ticket is for, on the page that it leads to. */
export function Ticket(props: PageProps): ReactElement {
  return (
    <Suspense fallback={<Loading />}>
      <LazyTicket {...props} />
    </Suspense>
  );
}

/** That somebody acts as somebody else, and how that ends. */
export function Acting(props: PageProps): ReactElement {
  return (
    <Suspense fallback={null}>
      <LazyActing {...props} />
    </Suspense>
  );
}

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
