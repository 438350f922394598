import type { Session } from '@keyrack/react';
import type { ReactElement, ReactNode } from 'react';
import { use } from 'react';
import { renderToPipeableStream } from 'react-dom/server';
import type { Writable } from 'node:stream';
import { App } from './app.js';
import { Slow } from './slow.js';

/** What a page is rendered with, on the server and again in the browser. */
export interface Given {
  readonly publishableKey: string;
  readonly initialSession?: Session;
  readonly scope?: 'tab';
}

/** Renders the page as a stream: first what is there at once, then the part that waits for `slow`. */
export function render(given: Given, slow: Promise<void>, out: Writable): void {
  const stream = renderToPipeableStream(
    <html>
      <head>
        <title>Rendered on a server</title>
      </head>
      <body>
        <App {...given}>
          <Late until={slow}>
            <Slow />
          </Late>
        </App>
      </body>
    </html>,
    {
      bootstrapScriptContent: `window.given = ${JSON.stringify(given).replaceAll('<', '\\u003c')}`,
      bootstrapScripts: ['/hydrate.js'],
      onShellReady: () => stream.pipe(out),
    },
  );
}

function Late({ until, children }: { readonly until: Promise<void>; readonly children: ReactNode }): ReactElement {
  use(until);
  return <>{children}</>;
}
