import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <App publishableKey={root.dataset['key'] ?? ''} {...(root.dataset['scope'] && { scope: 'tab' })} />
  </StrictMode>,
);
