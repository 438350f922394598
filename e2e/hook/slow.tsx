import type { ReactElement } from 'react';
import { Active } from './app.js';

/** The part that comes late: its HTML from the server, and then its code in the browser. */
export function Slow(): ReactElement {
  return <Active label="Active, late" />;
}
