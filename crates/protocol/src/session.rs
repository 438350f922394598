use crate::{CurrentUser, EndReason, SigninAttempt, SignupAttempt, wire};

wire! {
    /// What one browser holds, as far as the credential of the request opens it.
    ///
    /// Without a usable credential it is the empty session: `id` is `""`, `revision` 0, every list empty.
    pub struct Session {
        /// The session's id, or `""` when there is no session.
        pub id: String,
        /// Orders the states of this session: an older revision never replaces a newer one.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub revision: i64,
        /// Why the last active sign-in ended, if it did and nobody has signed in or switched since.
        pub end_reason: Option<EndReason>,
        /// The sign-in that requests act for.
        pub active_signin: Option<SignIn>,
        /// All live sign-ins, the active one included, oldest first.
        pub signins: Vec<SignIn>,
        /// Sign-in attempts under way or just completed, oldest first.
        pub signin_attempts: Vec<SigninAttempt>,
        /// Sign-up attempts under way or just completed, oldest first.
        pub signup_attempts: Vec<SignupAttempt>,
        /// When the session was made; absent on the empty session.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub created_at: Option<String>,
        /// When the present revision was made; absent on the empty session.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub updated_at: Option<String>,
    }
}

impl Session {
    /// The session of a browser that has none; `end_reason` says why an earlier one is over.
    #[must_use]
    pub fn empty(end_reason: Option<EndReason>) -> Self {
        Self {
            id: String::new(),
            revision: 0,
            end_reason,
            active_signin: None,
            signins: Vec::new(),
            signin_attempts: Vec::new(),
            signup_attempts: Vec::new(),
            created_at: None,
            updated_at: None,
        }
    }
}

wire! {
    /// One account signed in on a session.
    ///
    /// Times and places travel in both casings: the documented hook names them in camelCase, older
    /// clients read snake_case.
    pub struct SignIn {
        /// The sign-in's id: what `switchSignIn` and `signOut` take.
        pub id: String,
        /// The session that it belongs to.
        pub session_id: String,
        /// The account.
        pub user_id: String,
        /// The organization membership that it acts in; null outside of organizations.
        pub active_organization_membership_id: Option<String>,
        /// The workspace membership that it acts in; null outside of workspaces.
        pub active_workspace_membership_id: Option<String>,
        /// The account's public data.
        pub user: CurrentUser,
        /// When it ends unless it is used: the earlier of its longest life and its idle time.
        #[serde(rename = "expiresAt")]
        pub expires_at_camel: String,
        /// The same as `expiresAt`.
        pub expires_at: String,
        /// When it was last active, in steps of a tenth of the idle time.
        #[serde(rename = "lastActiveAt")]
        pub last_active_at_camel: String,
        /// The same as `lastActiveAt`.
        pub last_active_at: String,
        /// The address that it was made from.
        #[serde(rename = "ipAddress")]
        pub ip_address_camel: String,
        /// The same as `ipAddress`.
        pub ip_address: String,
        /// ISO 3166-2 code of the place, `""` when unknown.
        #[serde(rename = "regionCode")]
        pub region_code_camel: String,
        /// The same as `regionCode`.
        pub region_code: String,
        /// ISO 3166-1 code of the place, `""` when unknown.
        #[serde(rename = "countryCode")]
        pub country_code_camel: String,
        /// The same as `countryCode`.
        pub country_code: String,
        /// Name of the browser that it was made in, `""` when unknown.
        pub browser: String,
        /// Name of the operating system or device, `""` when unknown.
        pub device: String,
        /// City of the place, `""` when unknown.
        pub city: String,
        /// Region of the place, `""` when unknown.
        pub region: String,
        /// Country of the place, `""` when unknown.
        pub country: String,
        /// When it was made.
        pub created_at: String,
        /// When what is shown of it last changed.
        pub updated_at: String,
        /// Who acts as the user in this sign-in; absent where the user does.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub act: Option<Acting>,
    }
}

wire! {
    /// Somebody who acts as somebody else.
    #[derive(Eq)]
    pub struct Acting {
        /// Who: the id of a user, or what the application calls one of its own people.
        pub sub: String,
        /// Why.
        pub reason: String,
    }
}

wire! {
    /// What a ticket was exchanged for.
    pub struct TicketExchange {
        /// True: a ticket that opens nothing is refused.
        pub success: bool,
        /// The same in words.
        pub message: String,
        /// The session's id.
        pub session_id: String,
        /// The session as it is now, in which the new sign-in is active, or an attempt waits for what is still asked.
        pub session: Session,
        /// Who acts as the user of the new sign-in; absent where the user does.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub actor: Option<Acting>,
    }
}
