import { test } from './keyrack.js';
import { tabsOfBoth } from './rust.js';

test.use({ mode: 'production' });

tabsOfBoth('production');
