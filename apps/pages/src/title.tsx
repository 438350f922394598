import { type ReactNode, type Ref } from 'react';

interface Props {
  readonly children: ReactNode;

  /** For whoever moves the focus here after a step. */
  readonly ref?: Ref<HTMLHeadingElement>;
}

/** What the page is about. */
export function Title({ children, ref }: Props) {
  return (
    <h1 ref={ref} tabIndex={-1}>
      {children}
    </h1>
  );
}
