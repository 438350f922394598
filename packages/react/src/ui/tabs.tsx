import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useRef, useState } from 'react';

/** One of several parts, of which one is shown. */
export interface Tab {
  readonly id: string;
  readonly name: string;
  readonly show: () => ReactNode;
}

/** Parts of which one is shown. The arrow keys, Home and End choose; what is typed into one is gone with it. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }): ReactElement {
  const [chosen, setChosen] = useState(tabs[0]?.id);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  // What one was shown may be gone, with a role that allowed it.
  const shown = tabs.find((tab) => tab.id === chosen) ?? tabs[0];

  function onKeyDown(event: KeyboardEvent): void {
    const at = tabs.findIndex((tab) => tab.id === shown?.id);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    setChosen(tabs[next]?.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  }

  return (
    <>
      <div className="kr-tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab === shown}
            aria-controls={`${id}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => setChosen(tab.id)}
          >
            {tab.name}
          </button>
        ))}
      </div>
      <div className="kr-tab" role="tabpanel" id={`${id}-panel`} aria-labelledby={shown && `${id}-${shown.id}`} key={shown?.id}>
        {shown?.show()}
      </div>
    </>
  );
}
