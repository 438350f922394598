//! What of a file must fit together: what cannot work is an error, what is probably not meant is a warning.

use super::layout::{self, Layout};
use super::read::{Draft, File};
use super::source::Source;
use super::{Deployment, FieldUse, FirstFactor, Mode, Origin, PasswordRules, Severity, SignUpMode};
use std::collections::HashSet;

use Severity::{Error, Warning};

/// What staging means where people sign in.
const STAGING: &str = "pages of any origin may use the session, and pages keep its credential in their storage, where scripts read it";

/// Notes everything that does not fit. Under `keyrack dev` only what is wrong on any machine.
pub(super) fn check(source: &Source, file: &File, dev: bool) {
    unique(source, file);
    for draft in &file.deployments {
        let told = Told { source, draft, deployment: &draft.deployment };
        told.hosts();
        told.cookie_domain();
        told.forms();
        told.passkeys();
        told.retention();
        told.teams();
        told.ways(dev || file.has_sms);
        told.templates();
        if !dev {
            told.phones(file.has_sms);
        }
        if !dev {
            told.mail_from();
            told.transport();
            told.layout();
            told.pages();
            told.unused();
        }
    }
    if !dev {
        proxies(source, file);
    }
}

/// No two deployments of one id, none that is retired, and no host in two of them.
fn unique(source: &Source, file: &File) {
    let (mut ids, mut hosts) = (HashSet::new(), HashSet::new());
    for draft in &file.deployments {
        let Deployment { id, hosts: named, .. } = &draft.deployment;
        let place = format!("{}.id", draft.place);
        if draft.has_id && !ids.insert(id) {
            source.complain(Error, &place, format!("a second deployment {id:?}; give it another id"));
        }
        if draft.has_id && file.retired.contains(id) {
            let text = format!(
                "the deployment {id:?} is retired; take it out of retired, or this table out of the file"
            );
            source.complain(Error, &place, text);
        }
        for host in named {
            if !hosts.insert(host) {
                let text =
                    format!("the host {host:?} is named twice; a host belongs to one deployment, once");
                source.complain(Error, &format!("{}.hosts.{host}", draft.place), text);
            }
        }
    }
}

fn proxies(source: &Source, file: &File) {
    for proxy in file.trusted_proxies.iter().filter(|proxy| proxy.prefix_len() == 0) {
        let text = format!(
            "trusted_proxies {proxy}: anybody may say what address they come from, and guess passwords without end; name the proxy's own network"
        );
        source.complain(Warning, "trusted_proxies", text);
    }
    let behind = file.deployments.iter().find(|draft| draft.deployment.origin.https);
    if let Some(draft) =
        behind.filter(|_| file.trusted_proxies.is_empty() && !source.is_bad("trusted_proxies"))
    {
        let text = "an https origin means a proxy in front, but trusted_proxies names none: all visitors would share the proxy's address when guesses are counted; add trusted_proxies = [\"127.0.0.1\"] if it runs on this machine";
        source.complain(Warning, &format!("{}.origin", draft.place), text);
    }
}

/// A deployment and where to complain about it.
pub(super) struct Told<'a> {
    source: &'a Source,
    pub(super) draft: &'a Draft,
    pub(super) deployment: &'a Deployment,
}

impl Told<'_> {
    pub(super) fn say(&self, severity: Severity, key: &str, text: impl Into<String>) {
        self.source.complain(severity, &format!("{}.{key}", self.draft.place), text);
    }

    /// Whether one of these keys is there but was refused: nothing is known that could fit or not.
    pub(super) fn is_bad(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.source.is_bad(&format!("{}.{key}", self.draft.place)))
    }

    /// Its own address, if it is one.
    pub(super) fn origin(&self) -> Option<&Origin> {
        self.draft.origin.as_ref()
    }

    fn hosts(&self) {
        let Some(Origin { host, .. }) = self.draft.origin.as_ref().filter(|_| !self.is_bad(&["hosts"]))
        else {
            return;
        };
        if self.deployment.hosts.is_empty() {
            self.say(Error, "hosts", format!("the deployment has no hosts; add hosts = [{host:?}]"));
        } else if !self.deployment.hosts.contains(host) {
            self.say(Error, "origin", format!("the origin's host {host:?} is not among hosts; add it there"));
        }
    }

    fn cookie_domain(&self) {
        let (Some(origin), Some(domain)) = (&self.draft.origin, &self.deployment.cookie_domain) else {
            return;
        };
        if !origin.may_set_cookies_for(domain) {
            let text = format!(
                "cookie_domain {domain:?} is not a parent, of at least two labels, of the origin's host {:?}",
                origin.host
            );
            self.say(Error, "cookie_domain", text);
        } else if layout::registrable(domain).is_none() {
            let text = format!(
                "cookie_domain {domain:?} is a public suffix, for which browsers keep no cookies; name a domain of your own"
            );
            self.say(Error, "cookie_domain", text);
        } else if self.deployment.mode == Mode::Staging {
            self.say(Warning, "cookie_domain", "in staging there is no cookie; take cookie_domain out");
        } else {
            let text = format!(
                "every host below {domain} gets the session's cookie and can plant one; run nothing there that you do not trust, or take cookie_domain out"
            );
            self.say(Warning, "cookie_domain", text);
        }
    }

    fn forms(&self) {
        let Deployment { auth, restrictions, ui, .. } = self.deployment;
        let is_known = !self.is_bad(&["auth.username"]);
        if is_known && auth.first_factor == FirstFactor::UsernamePassword && auth.username == FieldUse::Off {
            let text = "first_factor \"username_password\" needs usernames; set username to \"required\" or \"optional\"";
            self.say(Error, "auth.first_factor", text);
        } else if auth.first_factor == FirstFactor::UsernamePassword && auth.username == FieldUse::Optional {
            let text = "the first form asks for a username that some accounts do not have; set username to \"required\"";
            self.say(Warning, "auth.username", text);
        }
        if auth.password.min_length < PasswordRules::least(auth.second_factor.policy) {
            let text = "where a password is all that a sign-in asks for it has 15 characters (NIST SP 800-63B-4); leave the key out, or ask everybody for a second factor";
            self.say(Warning, "auth.password_min_length", text);
        }
        if restrictions.sign_up_mode == SignUpMode::Restricted && !restrictions.allowlist.is_empty() {
            let text = "with sign_up_mode \"restricted\" nobody signs up, so the allowlist does nothing; take one of them out";
            self.say(Warning, "restrictions.allowlist", text);
        }
        for entry in restrictions.blocklist.iter().filter(|entry| restrictions.allowlist.contains(entry)) {
            let text = format!("{entry} is in both lists; the blocklist wins, so take it out of one");
            self.say(Warning, &format!("restrictions.blocklist.{entry}"), text);
        }
        if !self.is_bad(&["ui.signup_terms_statement", "ui.tos_page_url", "ui.privacy_policy_url"])
            && ui.signup_terms_statement_shown
            && ui.signup_terms_statement.is_empty()
            && ui.tos_page_url.is_empty()
            && ui.privacy_policy_url.is_empty()
        {
            let text =
                "there are no terms to show; set signup_terms_statement, tos_page_url or privacy_policy_url";
            self.say(Warning, "ui.signup_terms_statement_shown", text);
        }
    }

    fn retention(&self) {
        let Deployment { lifetimes, retention, .. } = self.deployment;
        if retention.audit_ms < lifetimes.sign_in_max_age_ms
            && !self.is_bad(&["retention.audit", "lifetimes.sign_in_max_age"])
        {
            let text = "a sign-in may live longer than the record of how it began; lengthen audit to sign_in_max_age or more";
            self.say(Warning, "retention.audit", text);
        }
    }

    fn mail_from(&self) {
        if self.deployment.mail_from.is_empty() && !self.is_bad(&["mail_from"]) {
            self.say(Error, "mail_from", "mail_from is missing; add mail_from = \"Name <address>\"");
        }
    }

    fn transport(&self) {
        let Some(origin) = &self.draft.origin else { return };
        match self.deployment.mode {
            Mode::Production if !origin.https && !origin.is_loopback() && !self.is_bad(&["mode"]) => {
                let text = format!(
                    "in production {origin} must begin with https: browsers keep the cookie for https only"
                );
                self.say(Error, "origin", text);
            }
            Mode::Staging if self.draft.written_mode == Some(Mode::Production) => {
                self.say(
                    Warning,
                    "mode",
                    format!("--mode staging overrides mode \"production\": {STAGING}; leave --mode out"),
                );
            }
            Mode::Staging if origin.https || !origin.is_loopback() => {
                self.say(Warning, "mode", format!("mode \"staging\": {STAGING}; set mode to \"production\""));
            }
            _ => {}
        }
        let lifetimes = &self.deployment.lifetimes;
        if lifetimes.token_ms > lifetimes.sign_in_idle_ms {
            let text =
                "a token ends with its sign-in, which sign_in_idle ends sooner than that; shorten token";
            self.say(Warning, "lifetimes.token", text);
        } else if lifetimes.token_ms > 10 * 60_000 {
            let text = "whoever verifies tokens notices a sign-out only when they expire; keep token at 10 minutes or less";
            self.say(Warning, "lifetimes.token", text);
        }
    }

    fn layout(&self) {
        let Some(own) = self.draft.origin.as_ref().filter(|_| !self.is_bad(&["mode"])) else { return };
        let far = match Layout::of(self.deployment) {
            Layout::Unsupported(far) => far,
            _ => Vec::new(),
        };
        for origin in far {
            let text = format!(
                "unsupported layout: {origin} is another site than {own}, and browsers send the session's cookie (SameSite=Lax) within one site only; \
                 give Keyrack a host of that site or a path behind that application, in a deployment of its own"
            );
            self.say(Error, &format!("allowed_origins.{origin}"), text);
        }
        let Some(domain) = &self.deployment.cookie_domain else { return };
        let outside =
            |text: &&String| Origin::parse(text).is_ok_and(|origin| !origin.may_set_cookies_for(domain));
        for origin in
            self.deployment.allowed_origins.iter().filter(outside).filter(|text| **text != own.to_string())
        {
            let text = format!(
                "{origin} does not lie below cookie_domain {domain:?}: its server never sees the cookie"
            );
            self.say(Warning, &format!("allowed_origins.{origin}"), text);
        }
    }

    /// Pages that call Keyrack from an origin that may not.
    fn pages(&self) {
        if self.deployment.mode == Mode::Staging || self.is_bad(&["origin", "allowed_origins"]) {
            return;
        }
        let ui = &self.deployment.ui;
        for (key, page) in [
            ("sign_in_page_url", &ui.sign_in_page_url),
            ("sign_up_page_url", &ui.sign_up_page_url),
            ("waitlist_page_url", &ui.waitlist_page_url),
            ("invite_page_url", &ui.invite_page_url),
            ("forgot_password_page_url", &ui.forgot_password_page_url),
            ("magic_link_page_url", &ui.magic_link_page_url),
            ("user_profile_url", &ui.user_profile_url),
            ("after_signin_redirect_url", &ui.after_signin_redirect_url),
            ("after_signup_redirect_url", &ui.after_signup_redirect_url),
            ("after_sign_out_one_page_url", &ui.after_sign_out_one_page_url),
        ] {
            let origin = url::Url::parse(page).map(|url| url.origin().ascii_serialization());
            if let Ok(origin) = origin
                && !self.deployment.allowed_origins.contains(&origin)
            {
                let text = format!("pages of {origin} cannot read the session; add it to allowed_origins");
                self.say(Warning, &format!("ui.{key}"), text);
            }
        }
    }

    fn unused(&self) {
        if self.draft.origin.is_none() || self.is_bad(&["allowed_origins"]) {
            return;
        }
        let origins: Vec<Origin> =
            self.deployment.allowed_origins.iter().filter_map(|text| Origin::parse(text).ok()).collect();
        for host in
            self.deployment.hosts.iter().filter(|host| !origins.iter().any(|origin| origin.host == **host))
        {
            let text = format!(
                "the host {host:?} is in no origin, so no page calls it; take it out, or add its origin to allowed_origins"
            );
            self.say(Warning, &format!("hosts.{host}"), text);
        }
    }
}
