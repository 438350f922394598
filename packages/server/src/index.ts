export { type Auth, type Requirement, SignedIn } from './auth.js';
export type { Clock } from './clock.js';
export type { Headed } from './header.js';
export type { Algorithm } from './keys.js';
export { createKeyrack, type Keyrack, type KeyrackOptions } from './keyrack.js';
export { Refusal, type RefusalCode } from './refusal.js';
export type { WhenCut } from './revocations.js';
export {
  createVisitors,
  type Visit,
  type VisitHandshake,
  type Visiting,
  type Visitors,
  type VisitorsOptions,
  type VisitSignedIn,
  type VisitSignedOut,
  type VisitUnavailable,
  withoutForged,
} from './visitors.js';
