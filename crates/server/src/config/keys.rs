//! Every key of `keyrack.toml`, as data. A key that is not here cannot be read, and tests hold this list to
//! the default file and to what each key does.

use keyrack_protocol::ThemeTokenSet;

/// Every key that is written out. `*` stands for a name that the operator chooses.
pub const KEYS: &[&str] = &[
    "listen",
    "data",
    "trusted_proxies",
    "geoip_file",
    "max_streams",
    "retired",
    "database_url_file",
    "master_key_file",
    "metrics.listen",
    "dns.nameservers",
    "mail.smtp",
    "mail.password_file",
    "sms.sender",
    "sms.url",
    "sms.account",
    "sms.from",
    "sms.secret_file",
    "sms.private_addresses",
    "deployment.id",
    "deployment.mode",
    "deployment.app_name",
    "deployment.origin",
    "deployment.path",
    "deployment.hosts",
    "deployment.allowed_origins",
    "deployment.cookie_domain",
    "deployment.native_programs",
    "deployment.native_redirects",
    "deployment.uniform_answers",
    "deployment.maintenance_mode",
    "deployment.max_accounts_per_session",
    "deployment.max_sessions_per_account",
    "deployment.mail_from",
    "deployment.signing_key_max_age",
    "deployment.lifetimes.sign_in_max_age",
    "deployment.lifetimes.sign_in_idle",
    "deployment.lifetimes.attempt",
    "deployment.lifetimes.code",
    "deployment.lifetimes.token",
    "deployment.lifetimes.invitation",
    "deployment.lifetimes.ticket",
    "deployment.retention.sessions",
    "deployment.retention.sign_ins",
    "deployment.retention.attempts",
    "deployment.retention.codes",
    "deployment.retention.mails",
    "deployment.retention.counts",
    "deployment.retention.guesses",
    "deployment.retention.notifications",
    "deployment.retention.invitations",
    "deployment.retention.audit",
    "deployment.retention.waitlist",
    "deployment.retention.account_grace",
    "deployment.auth.first_factor",
    "deployment.auth.username",
    "deployment.auth.phone",
    "deployment.auth.first_name",
    "deployment.auth.last_name",
    "deployment.auth.password_min_length",
    "deployment.auth.password_requires",
    "deployment.auth.email_otp",
    "deployment.auth.magic_link",
    "deployment.auth.phone",
    "deployment.auth.phone_otp",
    "deployment.auth.phone_country",
    "deployment.auth.second_factor.policy",
    "deployment.auth.second_factor.phone_otp",
    "deployment.auth.second_factor.authenticator",
    "deployment.auth.second_factor.backup_codes",
    "deployment.challenge.enabled",
    "deployment.challenge.count",
    "deployment.challenge.difficulty",
    "deployment.auth.passkey.enabled",
    "deployment.auth.passkey.rp_id",
    "deployment.auth.passkey.prompt_after_sign_in",
    "deployment.auth.passkey.autofill",
    "deployment.restrictions.sign_up_mode",
    "deployment.restrictions.waitlist_names",
    "deployment.restrictions.allowlist",
    "deployment.restrictions.blocklist",
    "deployment.restrictions.block_subaddresses",
    "deployment.restrictions.block_disposable_emails",
    "deployment.restrictions.phone_countries",
    "deployment.restrictions.block_voip_numbers",
    "deployment.restrictions.banned_keywords",
    "deployment.impersonation.enabled",
    "deployment.impersonation.lifetime",
    "deployment.impersonation.tells_user",
    "deployment.impersonation.mails_user",
    "deployment.webhook.name",
    "deployment.webhook.url",
    "deployment.webhook.secret_file",
    "deployment.webhook.events",
    "deployment.webhook.private_addresses",
    "deployment.token_template.name",
    "deployment.token_template.lifetime",
    "deployment.token_template.clock_skew",
    "deployment.token_template.algorithm",
    "deployment.token_template.key_file",
    "deployment.token_template.published_key_files",
    "deployment.token_template.audience",
    "deployment.token_template.claims",
    "deployment.text_messages.per_number",
    "deployment.text_messages.per_range",
    "deployment.text_messages.per_client",
    "deployment.text_messages.per_day",
    "deployment.organizations.enabled",
    "deployment.organizations.users_create",
    "deployment.organizations.max_per_user",
    "deployment.organizations.max_created_per_user",
    "deployment.organizations.max_members",
    "deployment.organizations.deletion",
    "deployment.organizations.restrict_addresses",
    "deployment.organizations.own_roles",
    "deployment.organizations.permissions",
    "deployment.organizations.archived_permissions",
    "deployment.organizations.creator_role",
    "deployment.organizations.member_role",
    "deployment.organizations.domains.max_per_organization",
    "deployment.organizations.domains.refused",
    "deployment.organizations.domains.check_every",
    "deployment.organizations.domains.grace",
    "deployment.organizations.roles.*.name",
    "deployment.organizations.roles.*.permissions",
    "deployment.workspaces.enabled",
    "deployment.workspaces.members_create",
    "deployment.workspaces.max_per_organization",
    "deployment.workspaces.max_members",
    "deployment.workspaces.deletion",
    "deployment.workspaces.restrict_addresses",
    "deployment.workspaces.own_roles",
    "deployment.workspaces.permissions",
    "deployment.workspaces.archived_permissions",
    "deployment.workspaces.creator_role",
    "deployment.workspaces.member_role",
    "deployment.workspaces.roles.*.name",
    "deployment.workspaces.roles.*.permissions",
    "deployment.ui.privacy_policy_url",
    "deployment.ui.tos_page_url",
    "deployment.ui.sign_in_page_url",
    "deployment.ui.sign_up_page_url",
    "deployment.ui.waitlist_page_url",
    "deployment.ui.invite_page_url",
    "deployment.ui.forgot_password_page_url",
    "deployment.ui.magic_link_page_url",
    "deployment.ui.support_page_url",
    "deployment.ui.after_logo_click_url",
    "deployment.ui.user_profile_url",
    "deployment.ui.after_sign_out_one_page_url",
    "deployment.ui.after_sign_out_all_page_url",
    "deployment.ui.after_signup_redirect_url",
    "deployment.ui.after_signin_redirect_url",
    "deployment.ui.favicon_image_url",
    "deployment.ui.logo_image_url",
    "deployment.ui.default_user_profile_image_url",
    "deployment.ui.use_initials_for_user_profile_image",
    "deployment.ui.signup_terms_statement_shown",
    "deployment.ui.signup_terms_statement",
    "deployment.messages.templates",
    "deployment.messages.*.*",
];

/// The tables whose keys are the theme's tokens.
const THEMES: [&str; 2] = ["deployment.ui.theme.light", "deployment.ui.theme.dark"];

/// Every key, the theme's tokens among them.
#[must_use]
pub fn all() -> Vec<String> {
    let tokens = THEMES
        .iter()
        .flat_map(|theme| ThemeTokenSet::NAMES.iter().map(move |name| format!("{theme}.{name}")));
    KEYS.iter().map(|key| (*key).to_owned()).chain(tokens).collect()
}

/// Whether this is a key or a table that holds some.
pub(super) fn is_known(name: &str) -> bool {
    all().iter().any(|key| rest(key, name).is_some())
}

/// What of a key stands behind the table `name`, `""` if that is the key itself; none if it is in another. A `*` in the
/// key is any name.
fn rest<'k>(key: &'k str, name: &str) -> Option<&'k str> {
    let mut left = key;
    for word in name.split('.').filter(|word| !word.is_empty()) {
        let (first, rest) = left.split_once('.').unwrap_or((left, ""));
        if left.is_empty() || first != "*" && first != word {
            return None;
        }
        left = rest;
    }
    Some(left)
}

/// The keys and tables directly inside a table, in the order of the list.
pub(super) fn inside(table: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for key in all() {
        let name = rest(&key, table).and_then(|rest| rest.split('.').next()).filter(|name| !name.is_empty());
        if let Some(name) = name.filter(|name| !names.iter().any(|known| known == name)) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Where a key belongs that was written into another table, such as `[deployment.ui]`.
pub(super) fn elsewhere(name: &str) -> Option<String> {
    let end = format!(".{name}");
    let key = KEYS.iter().find(|key| key.ends_with(&end))?;
    let table = key.strip_suffix(&end)?;
    Some(if table == "deployment" { "[[deployment]]".to_owned() } else { format!("[{table}]") })
}
