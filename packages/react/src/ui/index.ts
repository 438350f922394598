'use client';

export { AcceptInvite, type AcceptInviteProps } from './accept-invite.js';
export { ManageAccount } from './account/manage-account.js';
export { CreateOrganizationForm, type CreateOrganizationFormProps } from './create-organization-form.js';
export { ENGLISH } from './english.js';
export { ENTRY_WORDS } from './entry/entry-words.js';
export { ForgotPasswordForm, type ForgotPasswordFormProps } from './entry/forgot-password-form.js';
export {
  type PartButtonProps,
  type PartFieldProps,
  type PartFormProps,
  type TitleProps,
  type UiParts,
  UiPartsProvider,
  type UiPartsProviderProps,
} from './entry/kit.js';
export { MagicLink, type MagicLinkProps } from './entry/magic-link.js';
export { fieldOf, type Problem } from './entry/problem.js';
export { SignInForm, type SignInFormProps } from './entry/sign-in-form.js';
export { SignUpForm, type SignUpFormProps } from './entry/sign-up-form.js';
export type { FormState, Problems, Values } from './entry/use-form.js';
export { WaitlistForm, type WaitlistFormProps } from './entry/waitlist-form.js';
export { ManageOrganization, type ManageOrganizationProps, ManageWorkspace, type ManageWorkspaceProps } from './manage.js';
export { NotificationBell, type NotificationBellProps } from './notification-bell.js';
export { OrganizationSwitcher, type OrganizationSwitcherProps } from './organization-switcher.js';
export { RequireActiveScope, type RequireActiveScopeProps } from './require-active-scope.js';
export { UserButton, type UserButtonProps } from './user-button.js';
export { type UiWords, UiWordsProvider, type UiWordsProviderProps } from './words.js';
