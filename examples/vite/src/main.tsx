import { KeyrackProvider } from '@keyrack/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <KeyrackProvider publishableKey={import.meta.env.VITE_KEYRACK_PUBLISHABLE_KEY}>
      <App />
    </KeyrackProvider>
  </StrictMode>,
);
