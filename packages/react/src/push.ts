import type { Events, Shown } from './events.js';

/**
 * Has a session followed by the browser's stream: called with its id whenever it is shown, the empty id for none. The
 * code comes with the first session; where it cannot be loaded the next call tries again.
 */
export function push(shown: Shown): (id: string) => void {
  let events: Promise<Events | undefined> | undefined;
  return (id) => {
    if (id && shown.sender.open) {
      events ??= import('./events.js').then(
        ({ Events }) => new Events(shown),
        () => (events = undefined),
      );
    }
    void events?.then((loaded) => loaded?.follow(id));
  };
}
