import { tabsOfBoth } from './rust.js';

tabsOfBoth('staging');
