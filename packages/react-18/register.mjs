/** `node --import` of this file makes every import and require of React get version 18, whoever asks for it. */
import Module, { register } from 'node:module';
import { older } from './older.mjs';

register('./hooks.mjs', import.meta.url);

const resolve = Module._resolveFilename;
Module._resolveFilename = (...args) => older(resolve(...args));
