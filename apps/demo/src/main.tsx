import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Boot } from './boot.js';
import { Outbox } from './outbox.js';
import './style.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has lost its #root');
createRoot(root).render(<StrictMode>{location.pathname.endsWith('/outbox') ? <Outbox /> : <Boot />}</StrictMode>);
