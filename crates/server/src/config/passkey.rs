//! `[deployment.auth.passkey]`: whether there are passkeys, and which host they are bound to.

use super::fit::Told;
use super::table::Table;
use super::{Origin, Severity, layout, value};
use crate::passkey::party::is_within;

/// Passkeys of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkeys {
    /// Whether there are any.
    pub enabled: bool,
    /// The host that they are bound to, where it is not the one that [`Self::rp_id`] finds.
    pub rp_id: Option<String>,
    /// Whether pages ask whoever signed in otherwise, and has none, to make one.
    pub prompt_after_sign_in: bool,
    /// Whether sign-in forms offer them while somebody fills in an address.
    pub autofill: bool,
}

impl Default for Passkeys {
    fn default() -> Self {
        Self { enabled: false, rp_id: None, prompt_after_sign_in: false, autofill: true }
    }
}

impl Passkeys {
    /// The host that passkeys are bound to: the one that is named, else the registrable domain of the origin, so that all
    /// its pages may use them; the origin's host where that has none. None for an address, which browsers bind nothing to.
    #[must_use]
    pub fn rp_id(&self, origin: &Origin) -> Option<String> {
        let host = origin.host.as_str();
        let is_address = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
        let found = self.rp_id.as_deref().or_else(|| layout::registrable(host)).unwrap_or(host);
        (!is_address).then(|| found.to_owned())
    }
}

/// Reads the table.
pub(super) fn read(mut table: Table<'_>) -> Passkeys {
    let base = Passkeys::default();
    let passkeys = Passkeys {
        enabled: table.flag("enabled").unwrap_or(base.enabled),
        rp_id: table.text("rp_id", value::host_name),
        prompt_after_sign_in: table.flag("prompt_after_sign_in").unwrap_or(base.prompt_after_sign_in),
        autofill: table.flag("autofill").unwrap_or(base.autofill),
    };
    table.finish();
    passkeys
}

impl Told<'_> {
    /// Notes what keeps passkeys from working.
    pub(super) fn passkeys(&self) {
        let Passkeys { enabled, rp_id, .. } = &self.deployment.auth.passkey;
        let Some(origin) = self.origin().filter(|_| *enabled) else { return };
        let host = &origin.host;
        if self.deployment.auth.passkey.rp_id(origin).is_none() {
            let text = format!(
                "browsers bind passkeys to names, not to addresses like {host}; give the origin a name, or set enabled to false"
            );
            self.say(Severity::Error, "auth.passkey.enabled", text);
        } else if let Some(named) = rp_id
            && (!is_within(host, named) || named != host && layout::registrable(named).is_none())
        {
            let text = format!(
                "rp_id {named:?} must be the origin's host {host:?} or a domain of your own above it; passkeys of another host can never be used there"
            );
            self.say(Severity::Error, "auth.passkey.rp_id", text);
        }
    }
}
