'use client';

export { AcceptInvite, type AcceptInviteProps } from './accept-invite.js';
export { CreateOrganizationForm, type CreateOrganizationFormProps } from './create-organization-form.js';
export { ManageOrganization, type ManageOrganizationProps, ManageWorkspace, type ManageWorkspaceProps } from './manage.js';
export { NotificationBell, type NotificationBellProps } from './notification-bell.js';
export { OrganizationSwitcher, type OrganizationSwitcherProps } from './organization-switcher.js';
export { RequireActiveScope, type RequireActiveScopeProps } from './require-active-scope.js';
export { type UiWords, UiWordsProvider, type UiWordsProviderProps } from './words.js';
