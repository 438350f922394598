import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from 'react';

interface PopupProps {
  /** What the button says to those who do not see what is on it. */
  readonly label: string;
  readonly button: ReactNode;
  readonly className?: string;

  /** What the panel is called. */
  readonly title: string;

  /** What is in it; `close` closes it and gives the focus back to the button. */
  readonly children: (close: () => void) => ReactNode;
}

/**
 * A button and the panel that it opens: over the page, so that nothing moves. Escape, and a click or the focus elsewhere,
 * close it; the arrow keys go through what is in it.
 */
export function Popup({ label, button, className = '', title, children }: PopupProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return undefined;
    const onPointer = ({ target }: Event): void => {
      if (!whole.current?.contains(target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [isOpen]);

  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isTyping = (event.target as HTMLElement).matches('input, select, textarea');
    if (!step || !isOpen || isTyping) return;
    event.preventDefault();
    const stops = [...(whole.current?.querySelectorAll<HTMLElement>('button:not([disabled]), a[href]') ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[(at + step + stops.length) % stops.length]?.focus();
  }

  return (
    <div
      className={`kr kr-popup ${className}`}
      ref={whole}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget && !whole.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        type="button"
        className="kr-opener"
        ref={opener}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div className="kr-panel" id={id} role="group" aria-label={title}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
