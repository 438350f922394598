//! A deployment as the operator decided it, and what holds when nothing is said.

use super::{
    Auth, Challenge, Impersonation, Messages, Organizations, Origin, Passkeys, Restrictions, Retention,
    TextMessages, TokenTemplate, Ui, Webhook, Workspaces,
};
use crate::mail::own::Templates;
use base64::{Engine, engine::general_purpose::STANDARD};

/// How the session credential travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// In a header, kept by the page: any origin may use it, for trying things out.
    Staging,
    /// In a cookie that scripts cannot read, for listed origins.
    Production,
}

/// One application in one mode. Two deployments share nothing.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its name in the database: 1 to 32 of `a-z`, `0-9` and `-`. Renaming it loses its data.
    pub id: String,
    /// How the session credential travels.
    pub mode: Mode,
    /// What its mails call it.
    pub app_name: String,
    /// Where browsers reach Keyrack, with [`Self::path`]: see [`Self::base`].
    pub origin: Origin,
    /// The path below [`Self::origin`] where a proxy hands requests to Keyrack, `""` or like `/keyrack`. The
    /// proxy takes it off.
    pub path: String,
    /// Host names that mean this deployment, lower case, without port.
    pub hosts: Vec<String>,
    /// Only under dev, for one deployment: any loopback host and origin means it.
    pub any_loopback: bool,
    /// Origins whose pages may act with the cookie; [`Self::origin`] is among them.
    pub allowed_origins: Vec<String>,
    /// The `Domain` of the cookie: a parent of the origin's host; without it the cookie is the host's only.
    pub cookie_domain: Option<String>,
    /// Whether programs may carry the credential in a header of their own, and be signed in by a code.
    pub native_programs: bool,
    /// Addresses with a scheme of a program's own to which a sign-in may be handed over, compared as they are.
    pub native_redirects: Vec<String>,
    /// Whether answers hide from strangers which addresses have an account.
    pub uniform_answers: bool,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// How long what is over stays.
    pub retention: Retention,
    /// Accounts that one session may hold, 1 to 10.
    pub max_accounts_per_session: u32,
    /// Sessions that one account may be signed in on, 1 to 100.
    pub max_sessions_per_account: u32,
    /// Whether nothing may be changed for now; reads go on, and so does signing out.
    pub maintenance_mode: bool,
    /// What a sign-up asks for, and how people sign in.
    pub auth: Auth,
    /// Work that a browser does before it may try.
    pub challenge: Challenge,
    /// Who may sign up.
    pub restrictions: Restrictions,
    /// Whether there are organizations, and who may what in them.
    pub organizations: Organizations,
    /// The same of workspaces inside of them.
    pub workspaces: Workspaces,
    /// How many text messages it sends at most.
    pub text_messages: TextMessages,
    /// Names, links and look.
    pub ui: Ui,
    /// Texts of the hosted pages that it has of its own.
    pub messages: Messages,
    /// Texts of mails and text messages that it has of its own: path in its folder → text.
    pub templates: Templates,
    /// Whether somebody may act as somebody else.
    pub impersonation: Impersonation,
    /// Endpoints of the application that are told what happens.
    pub webhooks: Vec<Webhook>,
    /// Tokens that it lets claims of its own into.
    pub token_templates: Vec<TokenTemplate>,
    /// How old a key that signs its tokens may get, in milliseconds; none: as old as the operator lets it.
    pub signing_key_max_age_ms: Option<i64>,
    /// The sender of its mails, `Name <address>` or an address.
    pub mail_from: String,
    /// How much work a password costs.
    pub password_hashing: PasswordHashing,
}

/// How much work a password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordHashing {
    /// What an attacker with the database should have to pay for every guess.
    Standard,
    /// Next to nothing. No file and no argument can say this: only tests make it.
    CheapForTests,
}

/// How long things live, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// A sign-in ends this long after it was made: 1 minute to 400 days (30 days).
    pub sign_in_max_age_ms: i64,
    /// A sign-in ends this long after it was last active: from 1 minute to the longest life (7 days).
    pub sign_in_idle_ms: i64,
    /// A sign-in or sign-up under way is forgotten after this: 1 minute to 1 day (30 minutes).
    pub attempt_ms: i64,
    /// A mailed code works for this long: from 30 seconds to the life of an attempt (10 minutes).
    pub code_ms: i64,
    /// A token is valid for this long: 5 seconds to 1 hour (60 seconds).
    pub token_ms: i64,
    /// An invitation can be accepted for this long: 1 hour to 90 days (10 days).
    pub invitation_ms: i64,
    /// A ticket works for this long at most: 10 seconds to 5 minutes (5 minutes).
    pub ticket_ms: i64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        Self {
            sign_in_max_age_ms: 30 * DAY,
            sign_in_idle_ms: 7 * DAY,
            attempt_ms: 30 * MINUTE,
            code_ms: 10 * MINUTE,
            token_ms: MINUTE,
            invitation_ms: 10 * DAY,
            ticket_ms: 5 * MINUTE,
        }
    }
}

impl Deployment {
    /// What `keyrack dev` runs without a file, and what every setting is that a file leaves out, except that a file
    /// which says nothing of organizations has none, and lets no programs in where it says nothing of them.
    #[must_use]
    pub fn built_in(port: u16, mode: Mode) -> Self {
        let origin = Origin { https: false, host: "localhost".to_owned(), port: Some(port) };
        Self {
            id: "dev".to_owned(),
            mode,
            app_name: "Keyrack".to_owned(),
            hosts: vec![origin.host.clone()],
            any_loopback: true,
            allowed_origins: vec![origin.to_string()],
            origin,
            path: String::new(),
            cookie_domain: None,
            native_programs: true,
            native_redirects: Vec::new(),
            uniform_answers: true,
            lifetimes: Lifetimes::default(),
            retention: Retention::default(),
            max_accounts_per_session: 5,
            max_sessions_per_account: 5,
            maintenance_mode: false,
            auth: Auth {
                email_otp: true,
                magic_link: true,
                passkey: Passkeys { enabled: true, ..Passkeys::default() },
                ..Auth::default()
            },
            challenge: Challenge::default(),
            restrictions: Restrictions::default(),
            organizations: Organizations { enabled: true, ..Organizations::default() },
            workspaces: Workspaces { enabled: true, ..Workspaces::default() },
            text_messages: TextMessages::default(),
            ui: Ui::default(),
            messages: Messages::new(),
            templates: Templates::new(),
            impersonation: Impersonation::default(),
            webhooks: Vec::new(),
            token_templates: Vec::new(),
            signing_key_max_age_ms: Some(super::tokens::MAX_AGE_MS),
            mail_from: "Keyrack <keyrack@localhost>".to_owned(),
            password_hashing: PasswordHashing::Standard,
        }
    }

    /// Where browsers reach the API: origin and path. It is the issuer of the tokens, the content of the
    /// publishable key, and the front of the hosted pages' addresses.
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// What an application's page names this deployment by: the mode and [`Self::base`], no secret.
    #[must_use]
    pub fn publishable_key(&self) -> String {
        let prefix = match self.mode {
            Mode::Staging => "pk_test_",
            Mode::Production => "pk_live_",
        };
        format!("{prefix}{}", STANDARD.encode(self.base()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publishable_key_is_the_mode_and_where_the_api_is() {
        let mut deployment = Deployment::built_in(4400, Mode::Staging);
        assert_eq!(deployment.publishable_key(), "pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw");
        deployment.path = "/keyrack".to_owned();
        assert_eq!(deployment.publishable_key(), "pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAwL2tleXJhY2s=");
        assert!(Deployment::built_in(4400, Mode::Production).publishable_key().starts_with("pk_live_"));
    }
}
