export { type Auth, type Requirement, SignedIn } from './auth.js';
export type { Clock } from './clock.js';
export type { Headed } from './header.js';
export type { Algorithm } from './keys.js';
export { createKeyrack, type Keyrack, type KeyrackOptions } from './keyrack.js';
export { Refusal, type RefusalCode } from './refusal.js';
export type { WhenCut } from './revocations.js';
