//! From the tables of the file to deployments: each key by itself. What must fit together is `fit.rs`'s.

use super::table::Table;
use super::ui::{Messages, Ui};
use super::value;
use super::{
    Deployment, Lifetimes, Mode, Origin, admission, auth, css, domains, impersonation, native, retention,
    sms, teams, tokens, webhooks,
};
use crate::mail::own::{self, Templates};
use crate::pages::texts;
use keyrack_protocol::ThemeTokenSet;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Everything of the file, as it was read.
#[derive(Default)]
pub(super) struct File {
    pub(super) listen: Option<Vec<SocketAddr>>,
    pub(super) data: Option<PathBuf>,
    pub(super) metrics_listen: Option<SocketAddr>,
    pub(super) nameservers: Vec<SocketAddr>,
    pub(super) trusted_proxies: Vec<ipnet::IpNet>,
    pub(super) geoip_file: Option<PathBuf>,
    pub(super) max_streams: Option<u32>,
    pub(super) retired: Vec<String>,
    pub(super) database_url_file: Option<PathBuf>,
    pub(super) master_key_file: Option<PathBuf>,
    /// The mail server without its password.
    pub(super) smtp: Option<url::Url>,
    pub(super) smtp_password_file: Option<PathBuf>,
    /// Whether a mail server is named, readable or not.
    pub(super) has_mail: bool,
    pub(super) sms: sms::Said,
    /// Whether somebody is named who sends text messages, readable or not.
    pub(super) has_sms: bool,
    pub(super) deployments: Vec<Draft>,
}

/// A deployment as it was read.
pub(super) struct Draft {
    /// Which table it is, for complaints: `deployment.0`.
    pub(super) place: String,
    pub(super) deployment: Deployment,
    /// Its own address, if it is one; without it [`Self::deployment`] holds a stand-in.
    pub(super) origin: Option<Origin>,
    /// What its own mode is, whatever the command line says.
    pub(super) written_mode: Option<Mode>,
    /// Whether its id could be read.
    pub(super) has_id: bool,
}

/// Reads the file. `mode` is what the command line says, if it does.
pub(super) fn file(mut table: Table<'_>, mode: Option<Mode>) -> File {
    let path = |text: &str| match text {
        "" => Err("an empty path; name one, or leave the key out".to_owned()),
        text => Ok(PathBuf::from(text)),
    };
    let listen = table.one_or_more("listen", value::address);
    if listen.as_ref().is_some_and(Vec::is_empty) {
        table.source.complain(
            super::Severity::Error,
            "listen",
            "listen: an empty list; name one address, or leave the key out",
        );
    }
    let has_mail = table.has("mail");
    let data = table.text("data", path);
    let mut mail = table.table("mail");
    let smtp = if has_mail { mail.required("smtp", value::smtp_url) } else { None };
    let smtp_password_file = mail.text("password_file", path);
    mail.finish();
    let sms = table.table("sms");
    let has_sms = !sms.left().is_empty();
    let sms = sms::read(sms);
    let mut metrics = table.table("metrics");
    let metrics_listen = metrics.text("listen", value::address);
    metrics.finish();
    let mut dns = table.table("dns");
    let nameservers = dns.list("nameservers", domains::nameserver).unwrap_or_default();
    dns.finish();
    let deployments = table.tables("deployment").into_iter().map(|table| deployment(table, mode)).collect();
    let file = File {
        listen: listen.filter(|all| !all.is_empty()),
        data,
        metrics_listen,
        nameservers,
        trusted_proxies: table.list("trusted_proxies", value::proxy).unwrap_or_default(),
        geoip_file: table.text("geoip_file", path),
        max_streams: table.number("max_streams", 0..=1_000_000),
        retired: table.list("retired", value::id).unwrap_or_default(),
        database_url_file: table.text("database_url_file", path),
        master_key_file: table.text("master_key_file", path),
        smtp,
        smtp_password_file,
        has_mail,
        sms,
        has_sms,
        deployments,
    };
    table.finish();
    file
}

fn deployment(mut table: Table<'_>, mode: Option<Mode>) -> Draft {
    const MODES: [(&str, Mode); 2] = [("staging", Mode::Staging), ("production", Mode::Production)];
    let id = table.required("id", value::id);
    // The file's own mode is read in any case: a wrong one is wrong under `--mode` too.
    let written = if table.has("mode") {
        table.one_of("mode", &MODES)
    } else {
        table.required("mode", |_| Err(String::new()))
    };
    let base = Deployment::built_in(0, mode.or(written).unwrap_or(Mode::Production));
    let origin = table.required("origin", Origin::parse);
    let mut allowed_origins: Vec<String> = origin.iter().map(Origin::to_string).collect();
    for other in table.list("allowed_origins", Origin::parse).unwrap_or_default() {
        if !allowed_origins.contains(&other.to_string()) {
            allowed_origins.push(other.to_string());
        }
    }
    let lifetimes = lifetimes(table.table("lifetimes"));
    let (messages, templates) = messages(table.table("messages"));
    let deployment = Deployment {
        app_name: table.text("app_name", value::app_name).or_else(|| id.clone()).unwrap_or_default(),
        path: table.text("path", value::path).unwrap_or_default(),
        hosts: table.list("hosts", value::host_name).unwrap_or_default(),
        any_loopback: false,
        allowed_origins,
        cookie_domain: table.text("cookie_domain", value::host_name),
        native_redirects: table.list("native_redirects", native::redirect).unwrap_or_default(),
        native_programs: table.flag("native_programs").unwrap_or_default(),
        uniform_answers: table.flag("uniform_answers").unwrap_or(base.uniform_answers),
        maintenance_mode: table.flag("maintenance_mode").unwrap_or(base.maintenance_mode),
        max_accounts_per_session: table
            .number("max_accounts_per_session", 1..=10)
            .unwrap_or(base.max_accounts_per_session),
        max_sessions_per_account: table
            .number("max_sessions_per_account", 1..=100)
            .unwrap_or(base.max_sessions_per_account),
        mail_from: table.text("mail_from", value::sender).unwrap_or_default(),
        retention: retention::read(table.table("retention"), &lifetimes),
        lifetimes,
        auth: auth::read(table.table("auth")),
        challenge: admission::challenge(table.table("challenge")),
        restrictions: admission::restrictions(table.table("restrictions")),
        organizations: teams::organizations(table.table("organizations")),
        workspaces: teams::workspaces(table.table("workspaces")),
        impersonation: impersonation::read(table.table("impersonation")),
        webhooks: webhooks::webhooks(table.tables("webhook")),
        token_templates: tokens::templates(table.tables("token_template")),
        signing_key_max_age_ms: tokens::max_age(&mut table),
        text_messages: sms::text_messages(table.table("text_messages")),
        ui: ui(table.table("ui")),
        messages,
        templates,
        id: id.clone().unwrap_or_default(),
        origin: origin.clone().unwrap_or(base.origin),
        mode: base.mode,
        password_hashing: base.password_hashing,
    };
    let place = table.place.clone();
    table.finish();
    Draft { place, deployment, origin, written_mode: written, has_id: id.is_some() }
}

fn lifetimes(mut table: Table<'_>) -> Lifetimes {
    let base = Lifetimes::default();
    let age = table.text("sign_in_max_age", |text| value::span_within(text, "1 minute", "400 days"));
    let attempt = table.text("attempt", |text| value::span_within(text, "1 minute", "1 day"));
    let age = age.unwrap_or(base.sign_in_max_age_ms);
    let attempt = attempt.unwrap_or(base.attempt_ms);
    let within =
        |text: &str, least: &str, outer: (&str, i64)| match value::span_within(text, least, "400 days") {
            Ok(ms) if ms > outer.1 => {
                Err(format!("must be no longer than {}; shorten it or lengthen that", outer.0))
            }
            read => read,
        };
    let idle = table.text("sign_in_idle", |text| within(text, "1 minute", ("sign_in_max_age", age)));
    let code = table.text("code", |text| within(text, "30 seconds", ("attempt", attempt)));
    let token = table.text("token", |text| value::span_within(text, "5 seconds", "1 hour"));
    let invitation = table.text("invitation", |text| value::span_within(text, "1 hour", "90 days"));
    let ticket = table.text("ticket", |text| value::span_within(text, "10 seconds", "5 minutes"));
    table.finish();
    Lifetimes {
        sign_in_max_age_ms: age,
        // A shorter outer life also shortens what was not named.
        sign_in_idle_ms: idle.unwrap_or(base.sign_in_idle_ms.min(age)),
        attempt_ms: attempt,
        code_ms: code.unwrap_or(base.code_ms.min(attempt)),
        token_ms: token.unwrap_or(base.token_ms),
        invitation_ms: invitation.unwrap_or(base.invitation_ms),
        ticket_ms: ticket.unwrap_or(base.ticket_ms),
    }
}

fn ui(mut table: Table<'_>) -> Ui {
    let base = Ui::default();
    let mut page = |key: &str| table.text(key, value::page_url).unwrap_or_default();
    let mut ui = Ui {
        privacy_policy_url: page("privacy_policy_url"),
        tos_page_url: page("tos_page_url"),
        sign_in_page_url: page("sign_in_page_url"),
        sign_up_page_url: page("sign_up_page_url"),
        waitlist_page_url: page("waitlist_page_url"),
        invite_page_url: page("invite_page_url"),
        forgot_password_page_url: page("forgot_password_page_url"),
        magic_link_page_url: page("magic_link_page_url"),
        support_page_url: page("support_page_url"),
        after_logo_click_url: page("after_logo_click_url"),
        user_profile_url: page("user_profile_url"),
        after_sign_out_one_page_url: page("after_sign_out_one_page_url"),
        after_sign_out_all_page_url: page("after_sign_out_all_page_url"),
        after_signup_redirect_url: page("after_signup_redirect_url"),
        after_signin_redirect_url: page("after_signin_redirect_url"),
        favicon_image_url: page("favicon_image_url"),
        logo_image_url: page("logo_image_url"),
        default_user_profile_image_url: page("default_user_profile_image_url"),
        ..base
    };
    let initials = table.flag("use_initials_for_user_profile_image");
    ui.use_initials_for_user_profile_image = initials.unwrap_or(ui.use_initials_for_user_profile_image);
    ui.signup_terms_statement_shown = table.flag("signup_terms_statement_shown").unwrap_or_default();
    ui.signup_terms_statement = table.text("signup_terms_statement", value::line).unwrap_or_default();
    let mut theme = table.table("theme");
    ui.theme.light = theme_tokens(theme.table("light"));
    ui.theme.dark = theme_tokens(theme.table("dark"));
    theme.finish();
    table.finish();
    ui
}

fn theme_tokens(mut table: Table<'_>) -> ThemeTokenSet {
    let mut set = ThemeTokenSet::default();
    for name in ThemeTokenSet::NAMES {
        if let Some(value) = table.text(name, |text| css::token(name, text)) {
            set.set(name, value);
        }
    }
    table.finish();
    set
}

fn of_the_pages(name: &str, text: &str) -> Result<String, String> {
    let text = value::line(text)?;
    texts::check(name, &text).map(|()| text)
}

/// The texts of the pages, and those of mails and text messages, which are in a folder.
fn messages(mut table: Table<'_>) -> (Messages, Templates) {
    let mut all = Messages::new();
    let templates = table.text("templates", |text| match text {
        "" => Err("an empty path; name the folder, or leave the key out".to_owned()),
        text => own::read(Path::new(text)),
    });
    for language in table.left() {
        if let Err(text) = value::language(language.get_ref()) {
            table.source.refuse(&language.span(), text);
        }
        let mut named = table.table(language.get_ref());
        let mut texts = BTreeMap::new();
        for name in named.left() {
            if let Some(text) = named.text(name.get_ref(), |text| of_the_pages(name.get_ref(), text)) {
                texts.insert(name.into_inner(), text);
            }
        }
        all.insert(language.into_inner(), texts);
    }
    (all, templates.unwrap_or_default())
}
