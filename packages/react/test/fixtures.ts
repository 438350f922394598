import type { CurrentUser, Deployment, Session, SignIn, SigninAttempt, SignupAttempt, UiSettings } from '@keyrack/react';

const NOW = '2026-11-24T08:00:00.000Z';

export function user(name: string): CurrentUser {
  return {
    id: `usr_${name}`,
    created_at: NOW,
    updated_at: NOW,
    first_name: name,
    last_name: '',
    username: '',
    email_address: `${name}@example.com`,
    availability: 'available',
    has_profile_picture: false,
    profile_picture_url: '',
    primary_email_address_id: null,
    primary_phone_number_id: null,
    primary_email_address: null,
    primary_phone_number: null,
    user_email_addresses: [],
    user_phone_numbers: [],
    email_addresses: [],
    phone_numbers: [],
    second_factor_policy: 'none',
    social_connections: [],
    user_authenticator: null,
    authenticators: [],
    backup_codes_generated: false,
    has_password: true,
    has_passkeys: false,
    public_metadata: {},
    segments: [],
  };
}

/** The sign-in `sin_<name>`. */
export function signIn(name: string): SignIn {
  return {
    id: `sin_${name}`,
    session_id: 'ses_1',
    user_id: `usr_${name}`,
    active_organization_membership_id: null,
    active_workspace_membership_id: null,
    user: user(name),
    expiresAt: NOW,
    expires_at: NOW,
    lastActiveAt: NOW,
    last_active_at: NOW,
    ipAddress: '',
    ip_address: '',
    regionCode: '',
    region_code: '',
    countryCode: '',
    country_code: '',
    browser: '',
    device: '',
    city: '',
    region: '',
    country: '',
    created_at: NOW,
    updated_at: NOW,
  };
}

export function emptySession(): Session {
  return {
    id: '',
    revision: 0,
    end_reason: null,
    active_signin: null,
    signins: [],
    signin_attempts: [],
    signup_attempts: [],
  };
}

/** `ses_1` with these accounts, the first one active. */
export function session(names: readonly string[], revision = 1): Session {
  const signins = names.map(signIn);
  return { ...emptySession(), id: 'ses_1', revision, active_signin: signins[0] ?? null, signins };
}

export function signUpAttempt(id: string, email: string): SignupAttempt {
  return {
    id,
    session_id: 'ses_1',
    first_name: '',
    last_name: '',
    email,
    username: '',
    phone_number: '',
    phone_country_code: '',
    required_fields: ['email', 'password'],
    missing_fields: [],
    current_step: 'verify_email',
    remaining_steps: ['verify_email'],
    completed: false,
    expires_at: NOW,
  };
}

/** As much of a deployment as the package itself looks at. */
export function deployment(ui: Partial<UiSettings> = {}): Deployment {
  const b2b_settings = { organizations_enabled: true, workspaces_enabled: true, allow_users_to_create_orgs: true };
  return { id: 'dep_1', ui_settings: { app_name: 'Ledger', ...ui }, b2b_settings } as Deployment;
}

/** An attempt to sign in that waits for a step; completed when there is none. */
export function signInAttempt(id: string, step: SigninAttempt['current_step'], fields: Partial<SigninAttempt> = {}): SigninAttempt {
  return {
    id,
    session_id: 'ses_1',
    method: 'plain_email',
    sso_provider: '',
    email: 'ada@example.com',
    user_id: null,
    expires_at: NOW,
    first_method_authenticated: step !== '',
    second_method_authenticated: false,
    second_method_authentication_required: step === 'verify_second_factor',
    available_2fa_methods: [],
    current_step: step,
    remaining_steps: step ? [step] : [],
    completed: step === '',
    requires_completion: step === 'complete_profile',
    missing_fields: [],
    required_fields: [],
    profile_completion_data: {},
    ...fields,
  };
}
