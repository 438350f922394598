import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Boot } from './boot.js';
import { Home } from './home.js';
import { Outbox } from './outbox.js';
import { Profile } from './profile.js';
import { Team } from './team.js';
import './style.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has lost its #root');
const page = location.pathname.split('/').at(-1);
const shown = page === 'team' ? Team : page === 'profile' ? Profile : Home;
createRoot(root).render(<StrictMode>{page === 'outbox' ? <Outbox /> : <Boot page={shown} />}</StrictMode>);
