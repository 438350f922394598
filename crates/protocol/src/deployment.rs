use crate::{ThemeTokens, wire};
use serde_json::{Map, Value};

wire! {
    /// The answer of `GET /deployment`: what an application needs to know before anybody signs in.
    pub struct Deployment {
        /// The deployment's id, as configured.
        pub id: String,
        /// When it was first started.
        pub created_at: String,
        /// When its settings last changed, as far as the server knows.
        pub updated_at: String,
        /// Always null.
        pub deleted_at: Option<String>,
        /// Whether visitors should be told to come back later.
        pub maintenance_mode: bool,
        /// Host of this API.
        pub backend_host: String,
        /// Host of the hosted pages.
        pub frontend_host: String,
        /// Host that mails come from.
        pub mail_from_host: String,
        /// What `KeyrackProvider` takes.
        pub publishable_key: String,
        /// The project that it belongs to; equal to `id`.
        pub project_id: String,
        /// `staging` or `production`.
        pub mode: String,
        /// How people sign up and sign in.
        pub auth_settings: AuthSettings,
        /// Organizations and workspaces.
        pub b2b_settings: B2bSettings,
        /// Who may sign up.
        pub restrictions: Restrictions,
        /// Social providers on offer.
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>[]"))]
        pub social_connections: Vec<Map<String, Value>>,
        /// Names, links and look.
        pub ui_settings: UiSettings,
    }
}

wire! {
    /// How people sign up and sign in.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct AuthSettings {
        pub id: String,
        pub created_at: String,
        pub updated_at: String,
        pub deleted_at: Option<String>,
        pub deployment_id: String,
        pub email_address: FieldSetting,
        pub phone_number: FieldSetting,
        pub username: FieldSetting,
        pub first_name: FieldSetting,
        pub last_name: FieldSetting,
        pub password: PasswordSetting,
        pub backup_code: FieldSetting,
        pub web3_wallet: FieldSetting,
        pub password_policy: FieldSetting,
        pub magic_link: FieldSetting,
        pub passkey: PasskeySetting,
        pub auth_factors_enabled: AuthFactorsEnabled,
        pub verification_policy: VerificationPolicy,
        pub second_factor_policy: String,
        pub first_factor: String,
        pub second_factor: Option<String>,
        pub alternate_first_factors: Option<Vec<String>>,
        pub alternate_second_factors: Option<Vec<String>>,
        pub multi_session_support: MultiSessionSupport,
        /// Whether an unknown address is answered like a known one.
        pub uniform_answers: bool,
        /// Whether `challenge_token` is asked for where somebody identifies, signs in, signs up or joins the waitlist.
        pub challenge_required: bool,
    }
}

wire! {
    /// Whether a form shows a field, and whether it must be filled.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct FieldSetting {
        pub enabled: bool,
        pub required: bool,
    }
}

wire! {
    /// The password field, its bounds in characters, and what a password must contain.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct PasswordSetting {
        pub enabled: bool,
        pub required: bool,
        pub min_length: u32,
        pub max_length: u32,
        pub require_lowercase: bool,
        pub require_uppercase: bool,
        pub require_number: bool,
        /// Something that is neither a letter nor a digit.
        pub require_special: bool,
    }
}

wire! {
    /// Passkeys on the sign-in form.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct PasskeySetting {
        pub enabled: bool,
        pub prompt_registration_on_auth: bool,
        pub allow_autofill: bool,
    }
}

wire! {
    /// The ways to sign in that are switched on.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct AuthFactorsEnabled {
        pub email_password: bool,
        pub username_password: bool,
        pub email_magic_link: bool,
        pub email_otp: bool,
        pub phone_otp: bool,
        pub web3_wallet: bool,
        pub backup_code: bool,
        pub authenticator: bool,
        pub sso: bool,
        pub passkey: bool,
    }
}

wire! {
    /// What must be proved at sign-up.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct VerificationPolicy {
        pub email: bool,
        pub phone_number: bool,
    }
}

wire! {
    /// How many accounts one browser, and how many browsers one account may have.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct MultiSessionSupport {
        pub enabled: bool,
        pub max_accounts_per_session: u32,
        pub max_sessions_per_account: u32,
    }
}

wire! {
    /// Organizations and workspaces.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct B2bSettings {
        pub id: String,
        pub created_at: String,
        pub updated_at: String,
        pub deployment_id: String,
        pub organizations_enabled: bool,
        pub workspaces_enabled: bool,
        pub allow_users_to_create_orgs: bool,
        pub allow_org_deletion: bool,
        pub allow_workspace_deletion: bool,
        pub custom_org_role_enabled: bool,
        pub custom_workspace_role_enabled: bool,
        pub enforce_mfa_per_org_enabled: bool,
        pub enforce_mfa_per_workspace_enabled: bool,
        pub ip_allowlist_per_org_enabled: bool,
        pub ip_allowlist_per_workspace_enabled: bool,
        pub enterprise_sso_enabled: bool,
        pub limit_org_creation_per_user: bool,
        pub limit_workspace_creation_per_org: bool,
        pub max_orgs_per_user: u32,
        pub max_allowed_org_members: u32,
        pub max_allowed_workspace_members: u32,
        pub org_creation_per_user_count: u32,
        pub workspaces_per_org_count: u32,
        pub default_org_creator_role_id: String,
        pub default_org_member_role_id: String,
        pub default_workspace_creator_role_id: String,
        pub default_workspace_member_role_id: String,
        pub organization_permissions: Vec<String>,
        pub workspace_permissions: Vec<String>,
    }
}

wire! {
    /// Who may sign up. The lists stay on the server.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct Restrictions {
        pub id: String,
        pub created_at: String,
        pub updated_at: String,
        pub deployment_id: String,
        pub allowlist_enabled: bool,
        pub blocklist_enabled: bool,
        pub block_subaddresses: bool,
        pub block_disposable_emails: bool,
        pub block_voip_numbers: bool,
        pub country_restrictions: CountryRestrictions,
        pub banned_keywords: Vec<String>,
        pub allowlisted_resources: Vec<String>,
        pub blocklisted_resources: Vec<String>,
        pub sign_up_mode: String,
        pub waitlist_collect_names: bool,
    }
}

wire! {
    /// Countries that phone numbers may come from.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct CountryRestrictions {
        pub enabled: bool,
        pub country_codes: Vec<String>,
    }
}

wire! {
    /// Names, links and look; an unset link is `""`.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct UiSettings {
        pub deployment_id: String,
        pub app_name: String,
        pub privacy_policy_url: String,
        pub tos_page_url: String,
        pub sign_in_page_url: String,
        pub sign_up_page_url: String,
        pub waitlist_page_url: String,
        pub support_page_url: String,
        pub after_logo_click_url: String,
        pub user_profile_url: String,
        pub organization_profile_url: String,
        pub create_organization_url: String,
        pub after_sign_out_one_page_url: String,
        pub after_sign_out_all_page_url: String,
        pub after_signup_redirect_url: String,
        pub after_signin_redirect_url: String,
        pub after_create_organization_redirect_url: String,
        pub favicon_image_url: String,
        pub logo_image_url: String,
        pub default_user_profile_image_url: String,
        pub default_organization_profile_image_url: String,
        pub default_workspace_profile_image_url: String,
        pub use_initials_for_user_profile_image: bool,
        pub use_initials_for_organization_profile_image: bool,
        pub signup_terms_statement_shown: bool,
        pub signup_terms_statement: String,
        /// The look of the hosted pages.
        pub theme_tokens: ThemeTokens,
    }
}
