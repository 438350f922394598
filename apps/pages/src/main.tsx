import { KeyrackProvider } from '@keyrack/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { boot } from './boot.js';
import { Page } from './page.js';
import './style.css';

createRoot(document.querySelector('#root') as HTMLElement).render(
  <StrictMode>
    <KeyrackProvider publishableKey={boot.deployment.publishable_key} initialDeployment={boot.deployment}>
      <Page />
    </KeyrackProvider>
  </StrictMode>,
);
