import { lazy, StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { App } from './app.js';
import type { Given } from './server.js';
import { Slow } from './slow.js';

declare global {
  interface Window {
    given: Given;

    /** Lets the code of the slow part arrive. */
    arrive: () => void;

    /** What React complained about. */
    complaints: string[];
  }
}

window.complaints = [];
const told = console.error;
console.error = (...args: unknown[]) => {
  window.complaints.push(args.join(' '));
  told(...args);
};

const Late = lazy(async () => {
  await new Promise<void>((arrive) => (window.arrive = arrive));
  return { default: Slow };
});

// The server's <Late> is a component, here a lazy one: neither leaves anything in the HTML.
hydrateRoot(
  document,
  <StrictMode>
    <html>
      <head>
        <title>Rendered on a server</title>
      </head>
      <body>
        <App {...window.given}>
          <Late />
        </App>
      </body>
    </html>
  </StrictMode>,
  { onRecoverableError: (error) => window.complaints.push(String(error)) },
);
