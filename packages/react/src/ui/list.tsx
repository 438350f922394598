/** Lists of which entries come and go. */
import { Component, createRef, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import type { KeyrackError } from '../error.js';
import { useRun } from './use-run.js';
import { useWords } from './words.js';

interface ListProps {
  readonly label: string;
  readonly isBusy?: boolean;
  readonly children?: ReactNode;
}

/**
 * A list that takes the focus when what had it is gone with its entry: nobody is thrown back to the top of the page. A
 * class, because no hook can look before the entry goes.
 */
export class List extends Component<ListProps> {
  readonly #list = createRef<HTMLUListElement>();

  #hasFocus(): boolean {
    return !!this.#list.current?.contains(document.activeElement);
  }

  /** Takes the focus. */
  focus(): void {
    this.#list.current?.focus();
  }

  override getSnapshotBeforeUpdate(): boolean {
    return this.#hasFocus();
  }

  override componentDidUpdate(_: ListProps, __: object, hadFocus: boolean): void {
    if (hadFocus && !this.#hasFocus()) this.focus();
  }

  override render(): ReactElement {
    const { label, isBusy, children } = this.props;
    // The role is said for browsers that take a list without bullets for none.
    return (
      <ul role="list" className="kr-list" ref={this.#list} tabIndex={-1} aria-label={label} aria-busy={isBusy}>
        {children}
      </ul>
    );
  }
}

interface MoreProps {
  readonly hasMore: boolean;
  readonly fetchMore: () => Promise<void>;

  /** Why what is shown may be old, or the next ones did not come. */
  readonly error: KeyrackError | undefined;
}

/** What stands below a list that comes in pages. */
export function More({ hasMore, fetchMore, error }: MoreProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const [wasUsed, setUsed] = useState(false);
  const end = useRef<HTMLParagraphElement>(null);
  const isEnd = wasUsed && !hasMore;
  useEffect(() => {
    // The button that had it is gone.
    if (isEnd && document.activeElement === document.body) end.current?.focus();
  }, [isEnd]);

  function read(): void {
    setUsed(true);
    void run.run(fetchMore);
  }

  return (
    <>
      {hasMore && (
        <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={read}>
          {words.more}
        </button>
      )}
      {isEnd && (
        <p className="kr-quiet" tabIndex={-1} ref={end}>
          {words.noMore}
        </p>
      )}
      <p role="alert" className="kr-error">
        {error?.message}
      </p>
    </>
  );
}
