//! What was proved when a sign-in was made, and since.

use serde::{Deserialize, Serialize};

/// What was proved for a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How, in names of RFC 8176 with spaces between: `pwd`, `otp`, `sms`, `hwk`, `mfa`, and `mail` for a mailed code or
    /// link.
    pub methods: String,
    /// When the last of it was proved: sensitive changes ask for a fresh proof.
    pub proved_at: i64,
    /// Since when it counts as proved with a second factor.
    pub second_factor_at: Option<i64>,
}

impl Proof {
    /// By a password alone.
    #[must_use]
    pub fn by_password(now: i64) -> Self {
        Self { methods: "pwd".to_owned(), proved_at: now, second_factor_at: None }
    }

    /// The same with one more thing proved, at `now`.
    #[must_use]
    pub fn and(&self, method: &str, now: i64) -> Self {
        let has_it = self.has(method);
        let methods = if has_it { self.methods.clone() } else { format!("{} {method}", self.methods) };
        Self { methods, proved_at: now, second_factor_at: self.second_factor_at }
    }

    /// The same with a second factor proved, at `now`.
    #[must_use]
    pub fn and_second_factor(&self, method: &str, now: i64) -> Self {
        Self { second_factor_at: Some(now), ..self.and(method, now).and("mfa", now) }
    }

    /// Whether something was proved like this.
    #[must_use]
    pub fn has(&self, method: &str) -> bool {
        self.methods.split(' ').any(|name| name == method)
    }
}
