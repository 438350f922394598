import { type ReactElement, useEffect, useState } from 'react';

interface Props {
  /** What it says: kept in this page, and drawn in it. */
  readonly text: string;

  /** What it is, for those who do not see it. */
  readonly label: string;
}

/** A QR code. What draws it is loaded when one is shown; until then its place is kept. */
export function Qr({ text, label }: Props): ReactElement {
  const [drawn, setDrawn] = useState<{ readonly size: number; readonly path: string }>();
  useEffect(() => {
    let isGone = false;
    import('uqr').then(
      ({ encode }) => {
        const { data, size } = encode(text, { border: 2 });
        if (!isGone) setDrawn({ size, path: pathOf(data) });
      },
      // The key stands below as text.
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [text]);
  return (
    <svg className="kr-qr" role="img" aria-label={label} viewBox={`0 0 ${drawn?.size ?? 1} ${drawn?.size ?? 1}`} shapeRendering="crispEdges">
      {drawn && <path d={drawn.path} />}
    </svg>
  );
}

/** A square for each dark one. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}
