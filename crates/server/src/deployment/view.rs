//! A deployment as everybody may see it.

use crate::app::{Site, mode_name};
use crate::config::teams::Kind;
use crate::config::{self, Auth, FieldUse, PasswordRules};
use crate::passkey::party::Party;
use crate::time::rfc3339;
use crate::user::password;
use keyrack_protocol::{
    AuthFactorsEnabled, AuthSettings, B2bSettings, CountryRestrictions, Deployment, FieldSetting,
    MultiSessionSupport, PasskeySetting, PasswordSetting, Restrictions, UiSettings, VerificationPolicy,
};

/// When a deployment was first started and when its settings last changed, as text.
struct Times {
    created_at: String,
    updated_at: String,
}

/// What everybody may know of a deployment. What is not offered says so.
pub fn view(site: &Site) -> Deployment {
    let config = &site.config;
    let host = config.origin.host_and_port();
    let times = Times { created_at: rfc3339(site.created_at), updated_at: rfc3339(site.updated_at) };
    Deployment {
        id: config.id.clone(),
        created_at: times.created_at.clone(),
        updated_at: times.updated_at.clone(),
        deleted_at: None,
        maintenance_mode: config.maintenance_mode,
        backend_host: host.clone(),
        frontend_host: host,
        mail_from_host: mail_host(&config.mail_from),
        publishable_key: config.publishable_key(),
        project_id: config.id.clone(),
        mode: mode_name(config.mode).to_owned(),
        auth_settings: auth_settings(site, &times),
        b2b_settings: b2b_settings(config, &times),
        restrictions: restrictions(config, &times),
        social_connections: Vec::new(),
        ui_settings: ui_settings(site),
    }
}

/// The host of a sender; `""` where none is named.
fn mail_host(sender: &str) -> String {
    sender
        .parse::<lettre::message::Mailbox>()
        .map_or_else(|_| String::new(), |mailbox| mailbox.email.domain().to_owned())
}

const OFF: FieldSetting = FieldSetting { enabled: false, required: false };
const REQUIRED: FieldSetting = FieldSetting { enabled: true, required: true };

fn auth_settings(site: &Site, times: &Times) -> AuthSettings {
    let config = &site.config;
    let seconds = second_factors(config);
    AuthSettings {
        id: config.id.clone(),
        created_at: times.created_at.clone(),
        updated_at: times.updated_at.clone(),
        deleted_at: None,
        deployment_id: config.id.clone(),
        email_address: REQUIRED,
        phone_number: config.auth.phone.published(),
        username: config.auth.username.published(),
        first_name: config.auth.first_name.published(),
        last_name: config.auth.last_name.published(),
        password: password_setting(&config.auth.password),
        backup_code: FieldSetting { enabled: config.auth.second_factor.backup_codes, required: false },
        web3_wallet: OFF,
        password_policy: OFF,
        magic_link: FieldSetting { enabled: config.auth.magic_link, required: false },
        passkey: passkey_setting(config),
        auth_factors_enabled: AuthFactorsEnabled {
            passkey: Party::of(config).is_some(),
            ..factors(&config.auth)
        },
        verification_policy: VerificationPolicy {
            email: true,
            phone_number: config.auth.phone != FieldUse::Off,
        },
        second_factor_policy: config.auth.second_factor.policy.as_str().to_owned(),
        first_factor: config.auth.first_factor.as_str().to_owned(),
        second_factor: seconds.first().map(|&word| word.to_owned()),
        alternate_first_factors: Some(other_first_factors(config)),
        alternate_second_factors: Some(seconds.iter().skip(1).map(|&word| word.to_owned()).collect()),
        multi_session_support: MultiSessionSupport {
            enabled: config.max_accounts_per_session > 1,
            max_accounts_per_session: config.max_accounts_per_session,
            max_sessions_per_account: config.max_sessions_per_account,
        },
        uniform_answers: config.uniform_answers,
        challenge_required: config.challenge.enabled,
    }
}

/// Off also where the deployment's address cannot have any.
fn passkey_setting(config: &config::Deployment) -> PasskeySetting {
    let (enabled, rules) = (Party::of(config).is_some(), &config.auth.passkey);
    PasskeySetting {
        enabled,
        prompt_registration_on_auth: enabled && rules.prompt_after_sign_in,
        allow_autofill: enabled && rules.autofill,
    }
}

fn password_setting(rules: &PasswordRules) -> PasswordSetting {
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    PasswordSetting {
        enabled: true,
        required: true,
        min_length: length(rules.min_length),
        max_length: length(password::MAX_LENGTH),
        require_lowercase: rules.lowercase,
        require_uppercase: rules.uppercase,
        require_number: rules.number,
        require_special: rules.special,
    }
}

fn factors(auth: &Auth) -> AuthFactorsEnabled {
    AuthFactorsEnabled {
        email_password: true,
        username_password: auth.username != FieldUse::Off,
        email_magic_link: auth.magic_link,
        email_otp: auth.email_otp,
        phone_otp: auth.phone_otp,
        web3_wallet: false,
        backup_code: auth.second_factor.backup_codes,
        authenticator: auth.second_factor.authenticator,
        sso: false,
        passkey: false,
    }
}

/// The first factors beside the one whose form opens first.
fn other_first_factors(config: &config::Deployment) -> Vec<String> {
    let on = factors(&config.auth);
    let all = [
        ("email_password", on.email_password),
        ("username_password", on.username_password),
        ("email_otp", on.email_otp),
        ("email_magic_link", on.email_magic_link),
        ("phone_otp", on.phone_otp),
        ("passkey", Party::of(config).is_some()),
    ];
    let first = config.auth.first_factor.as_str();
    let others = all.into_iter().filter(|(word, is_on)| *is_on && *word != first);
    others.map(|(word, _)| word.to_owned()).collect()
}

/// The second factors that accounts may have, the one that most people set up first.
fn second_factors(config: &config::Deployment) -> Vec<&'static str> {
    let rules = &config.auth.second_factor;
    let all = [
        ("authenticator", rules.authenticator),
        ("passkey", Party::of(config).is_some()),
        ("phone_otp", rules.phone_otp),
        ("backup_code", rules.backup_codes),
    ];
    all.into_iter().filter(|(_, is_on)| *is_on).map(|(word, _)| word).collect()
}

fn b2b_settings(config: &config::Deployment, times: &Times) -> B2bSettings {
    let (organizations, workspaces) = (&config.organizations, &config.workspaces);
    let (of_all, of_places) = (&organizations.roles, &workspaces.roles);
    B2bSettings {
        id: config.id.clone(),
        created_at: times.created_at.clone(),
        updated_at: times.updated_at.clone(),
        deployment_id: config.id.clone(),
        organizations_enabled: organizations.enabled,
        workspaces_enabled: workspaces.enabled,
        allow_users_to_create_orgs: organizations.enabled && organizations.users_create,
        allow_org_deletion: organizations.enabled && organizations.deletion,
        allow_workspace_deletion: workspaces.enabled && workspaces.deletion,
        custom_org_role_enabled: organizations.enabled && of_all.own,
        custom_workspace_role_enabled: workspaces.enabled && of_places.own,
        enforce_mfa_per_org_enabled: organizations.enabled,
        enforce_mfa_per_workspace_enabled: workspaces.enabled,
        ip_allowlist_per_org_enabled: organizations.enabled && organizations.restrict_addresses,
        ip_allowlist_per_workspace_enabled: workspaces.enabled && workspaces.restrict_addresses,
        enterprise_sso_enabled: false,
        limit_org_creation_per_user: true,
        limit_workspace_creation_per_org: true,
        max_orgs_per_user: organizations.max_per_user,
        max_allowed_org_members: organizations.max_members,
        max_allowed_workspace_members: workspaces.max_members,
        org_creation_per_user_count: organizations.max_created_per_user,
        workspaces_per_org_count: workspaces.max_per_organization,
        default_org_creator_role_id: Kind::Organization.role_id(&of_all.creator),
        default_org_member_role_id: Kind::Organization.role_id(&of_all.member),
        default_workspace_creator_role_id: Kind::Workspace.role_id(&of_places.creator),
        default_workspace_member_role_id: Kind::Workspace.role_id(&of_places.member),
        organization_permissions: of_all.permissions.clone(),
        workspace_permissions: of_places.permissions.clone(),
    }
}

/// The lists themselves are nobody's business.
fn restrictions(config: &config::Deployment, times: &Times) -> Restrictions {
    let rules = &config.restrictions;
    Restrictions {
        id: config.id.clone(),
        created_at: times.created_at.clone(),
        updated_at: times.updated_at.clone(),
        deployment_id: config.id.clone(),
        allowlist_enabled: !rules.allowlist.is_empty(),
        blocklist_enabled: !rules.blocklist.is_empty(),
        block_subaddresses: rules.block_subaddresses,
        block_disposable_emails: rules.block_disposable_emails,
        block_voip_numbers: rules.block_voip_numbers,
        country_restrictions: countries(rules),
        banned_keywords: Vec::new(),
        allowlisted_resources: Vec::new(),
        blocklisted_resources: Vec::new(),
        sign_up_mode: rules.sign_up_mode.as_str().to_owned(),
        waitlist_collect_names: rules.waitlist_names,
    }
}

fn ui_settings(site: &Site) -> UiSettings {
    let (ui, unset) = (site.config.ui.clone(), String::new);
    let hosted =
        |named: String, page: &str| if named.is_empty() { format!("{}{page}", site.issuer) } else { named };
    UiSettings {
        deployment_id: site.config.id.clone(),
        app_name: site.config.app_name.clone(),
        privacy_policy_url: ui.privacy_policy_url,
        tos_page_url: ui.tos_page_url,
        sign_in_page_url: hosted(ui.sign_in_page_url, "/sign-in"),
        sign_up_page_url: hosted(ui.sign_up_page_url, "/sign-up"),
        waitlist_page_url: hosted(ui.waitlist_page_url, "/waitlist"),
        support_page_url: ui.support_page_url,
        after_logo_click_url: ui.after_logo_click_url,
        user_profile_url: ui.user_profile_url,
        organization_profile_url: unset(),
        create_organization_url: unset(),
        after_sign_out_one_page_url: ui.after_sign_out_one_page_url,
        after_sign_out_all_page_url: ui.after_sign_out_all_page_url,
        after_signup_redirect_url: ui.after_signup_redirect_url,
        after_signin_redirect_url: ui.after_signin_redirect_url,
        after_create_organization_redirect_url: unset(),
        favicon_image_url: ui.favicon_image_url,
        logo_image_url: ui.logo_image_url,
        default_user_profile_image_url: ui.default_user_profile_image_url,
        default_organization_profile_image_url: unset(),
        default_workspace_profile_image_url: unset(),
        use_initials_for_user_profile_image: ui.use_initials_for_user_profile_image,
        use_initials_for_organization_profile_image: true,
        signup_terms_statement_shown: ui.signup_terms_statement_shown,
        signup_terms_statement: ui.signup_terms_statement,
        theme_tokens: ui.theme,
    }
}

/// The countries whose phone numbers are taken: forms show them.
fn countries(rules: &config::Restrictions) -> CountryRestrictions {
    let mut country_codes = rules.phone_countries.clone();
    country_codes.sort();
    CountryRestrictions { enabled: !country_codes.is_empty(), country_codes }
}
