use crate::wire;

wire! {
    /// The answer of `POST /auth/forgot-password`.
    pub struct PasswordRecovery {
        /// What sets another password; only for the mailed code.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub token: Option<String>,
    }
}

wire! {
    /// The answer of `POST /auth/reset-password/validate`.
    pub struct PasswordResetValidation {
        /// Whether the token works.
        pub valid: bool,
        /// The address that it was mailed to; null when it does not work.
        pub email: Option<String>,
    }
}
