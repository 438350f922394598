'use client';

export { type CapturedMessage, type DevServer, devServer } from './dev-server.js';
export {
  type DeploymentFields,
  type MembershipFields,
  testDeployment,
  testOrganizationMembership,
  testSession,
  testSignIn,
  testUser,
  testWorkspaceMembership,
  type UserFields,
} from './fixtures.js';
export { TestKeyrackProvider, type TestKeyrackProviderProps } from './provider.js';
export { type Call, TestKeyrack, type TestKeyrackOptions } from './test-keyrack.js';
