//! What was proved when a sign-in was made, and since.

/// What was proved for a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}
