use crate::app::{Site, mode_name};
use crate::time::rfc3339;
use crate::user::password;
use keyrack_protocol::{
    AuthFactorsEnabled, AuthSettings, B2bSettings, CountryRestrictions, Deployment, FieldSetting,
    MultiSessionSupport, PasskeySetting, PasswordSetting, Restrictions, UiSettings, VerificationPolicy,
};

/// What everybody may know of a deployment. What is not offered says so.
pub fn view(site: &Site) -> Deployment {
    let config = &site.config;
    let host = config.origin.host_and_port();
    let created_at = rfc3339(site.created_at);
    Deployment {
        id: config.id.clone(),
        created_at: created_at.clone(),
        updated_at: created_at.clone(),
        deleted_at: None,
        maintenance_mode: false,
        backend_host: host.clone(),
        frontend_host: host,
        mail_from_host: config
            .mail_from
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .trim_end_matches('>')
            .to_owned(),
        publishable_key: config.publishable_key(),
        project_id: config.id.clone(),
        mode: mode_name(config.mode).to_owned(),
        auth_settings: auth_settings(site, &created_at),
        b2b_settings: b2b_settings(&config.id, &created_at),
        restrictions: restrictions(&config.id, &created_at),
        social_connections: Vec::new(),
        ui_settings: ui_settings(site),
    }
}

const OFF: FieldSetting = FieldSetting { enabled: false, required: false };
const OPTIONAL: FieldSetting = FieldSetting { enabled: true, required: false };
const REQUIRED: FieldSetting = FieldSetting { enabled: true, required: true };

fn auth_settings(site: &Site, created_at: &str) -> AuthSettings {
    let config = &site.config;
    AuthSettings {
        id: config.id.clone(),
        created_at: created_at.to_owned(),
        updated_at: created_at.to_owned(),
        deleted_at: None,
        deployment_id: config.id.clone(),
        email_address: REQUIRED,
        phone_number: OFF,
        username: OFF,
        first_name: OPTIONAL,
        last_name: OPTIONAL,
        password: password_setting(),
        backup_code: OFF,
        web3_wallet: OFF,
        password_policy: OFF,
        magic_link: OFF,
        passkey: PasskeySetting { enabled: false, prompt_registration_on_auth: false, allow_autofill: false },
        auth_factors_enabled: factors(),
        verification_policy: VerificationPolicy { email: true, phone_number: false },
        second_factor_policy: "none".to_owned(),
        first_factor: "email_password".to_owned(),
        second_factor: None,
        alternate_first_factors: None,
        alternate_second_factors: None,
        multi_session_support: MultiSessionSupport {
            enabled: config.max_accounts_per_session > 1,
            max_accounts_per_session: config.max_accounts_per_session,
            max_sessions_per_account: config.max_sessions_per_account,
        },
        uniform_answers: config.uniform_answers,
    }
}

fn password_setting() -> PasswordSetting {
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    PasswordSetting {
        enabled: true,
        required: true,
        min_length: length(password::MIN_LENGTH),
        max_length: length(password::MAX_LENGTH),
    }
}

fn factors() -> AuthFactorsEnabled {
    AuthFactorsEnabled {
        email_password: true,
        username_password: false,
        email_magic_link: false,
        email_otp: false,
        phone_otp: false,
        web3_wallet: false,
        backup_code: false,
        authenticator: false,
        sso: false,
        passkey: false,
    }
}

fn b2b_settings(id: &str, created_at: &str) -> B2bSettings {
    B2bSettings {
        id: id.to_owned(),
        created_at: created_at.to_owned(),
        updated_at: created_at.to_owned(),
        deployment_id: id.to_owned(),
        organizations_enabled: false,
        workspaces_enabled: false,
        allow_users_to_create_orgs: false,
        allow_org_deletion: false,
        allow_workspace_deletion: false,
        custom_org_role_enabled: false,
        custom_workspace_role_enabled: false,
        enforce_mfa_per_org_enabled: false,
        enforce_mfa_per_workspace_enabled: false,
        ip_allowlist_per_org_enabled: false,
        ip_allowlist_per_workspace_enabled: false,
        enterprise_sso_enabled: false,
        limit_org_creation_per_user: false,
        limit_workspace_creation_per_org: false,
        max_orgs_per_user: 0,
        max_allowed_org_members: 0,
        max_allowed_workspace_members: 0,
        org_creation_per_user_count: 0,
        workspaces_per_org_count: 0,
        default_org_creator_role_id: String::new(),
        default_org_member_role_id: String::new(),
        default_workspace_creator_role_id: String::new(),
        default_workspace_member_role_id: String::new(),
        organization_permissions: Vec::new(),
        workspace_permissions: Vec::new(),
    }
}

fn restrictions(id: &str, created_at: &str) -> Restrictions {
    Restrictions {
        id: id.to_owned(),
        created_at: created_at.to_owned(),
        updated_at: created_at.to_owned(),
        deployment_id: id.to_owned(),
        allowlist_enabled: false,
        blocklist_enabled: false,
        block_subaddresses: false,
        block_disposable_emails: false,
        block_voip_numbers: false,
        country_restrictions: CountryRestrictions { enabled: false, country_codes: Vec::new() },
        banned_keywords: Vec::new(),
        allowlisted_resources: Vec::new(),
        blocklisted_resources: Vec::new(),
        sign_up_mode: "public".to_owned(),
        waitlist_collect_names: false,
    }
}

fn ui_settings(site: &Site) -> UiSettings {
    let config = &site.config;
    let unset = String::new;
    UiSettings {
        deployment_id: config.id.clone(),
        app_name: config.app_name.clone(),
        privacy_policy_url: unset(),
        tos_page_url: unset(),
        sign_in_page_url: unset(),
        sign_up_page_url: unset(),
        waitlist_page_url: unset(),
        support_page_url: unset(),
        after_logo_click_url: unset(),
        user_profile_url: unset(),
        organization_profile_url: unset(),
        create_organization_url: unset(),
        after_sign_out_one_page_url: config.after_sign_out_one_page_url.clone(),
        after_sign_out_all_page_url: config.after_sign_out_all_page_url.clone(),
        after_signup_redirect_url: unset(),
        after_signin_redirect_url: unset(),
        after_create_organization_redirect_url: unset(),
        favicon_image_url: unset(),
        logo_image_url: unset(),
        default_user_profile_image_url: unset(),
        default_organization_profile_image_url: unset(),
        default_workspace_profile_image_url: unset(),
        use_initials_for_user_profile_image: true,
        use_initials_for_organization_profile_image: true,
        signup_terms_statement_shown: false,
        signup_terms_statement: unset(),
    }
}
