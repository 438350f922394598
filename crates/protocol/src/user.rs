use crate::wire;
use serde_json::{Map, Value};

wire! {
    /// A user, as shown to that user.
    pub struct CurrentUser {
        /// The user's id.
        pub id: String,
        /// When the account was made.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
        /// First name, `""` when unset.
        pub first_name: String,
        /// Last name, `""` when unset.
        pub last_name: String,
        /// Username, `""` when unset.
        pub username: String,
        /// The primary address, or `""`.
        pub email_address: String,
        /// `available`, `busy` or `away`.
        pub availability: String,
        /// Whether there is a picture of the user's own.
        pub has_profile_picture: bool,
        /// Where it is, `""` when there is none.
        pub profile_picture_url: String,
        /// Id of the primary address.
        pub primary_email_address_id: Option<String>,
        /// Id of the primary phone number.
        pub primary_phone_number_id: Option<String>,
        /// The primary address.
        pub primary_email_address: Option<UserEmailAddress>,
        /// The primary phone number.
        pub primary_phone_number: Option<UserPhoneNumber>,
        /// All addresses, oldest first.
        pub user_email_addresses: Vec<UserEmailAddress>,
        /// All phone numbers, oldest first.
        pub user_phone_numbers: Vec<UserPhoneNumber>,
        /// The same as `user_email_addresses`.
        pub email_addresses: Vec<UserEmailAddress>,
        /// The same as `user_phone_numbers`.
        pub phone_numbers: Vec<UserPhoneNumber>,
        /// `none`, `optional` or `enforced`.
        pub second_factor_policy: String,
        /// Accounts at social providers.
        pub social_connections: Vec<SocialConnection>,
        /// The verified authenticator.
        pub user_authenticator: Option<UserAuthenticator>,
        /// All verified authenticators.
        pub authenticators: Vec<UserAuthenticator>,
        /// Whether backup codes exist.
        pub backup_codes_generated: bool,
        /// Whether a password is set.
        pub has_password: bool,
        /// Whether passkeys are registered.
        pub has_passkeys: bool,
        /// What the application stores for everyone to see.
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
        pub public_metadata: Map<String, Value>,
        /// Segments that the user is in.
        pub segments: Vec<Segment>,
    }
}

wire! {
    /// An email address of a user.
    pub struct UserEmailAddress {
        /// The address's id.
        pub id: String,
        /// The address, normalised.
        pub email: String,
        /// Whether it is the primary one.
        pub is_primary: bool,
        /// Whether somebody proved to read it.
        pub verified: bool,
        /// When that was.
        pub verified_at: Option<String>,
        /// How that was: `otp`.
        pub verification_strategy: String,
        /// When it was added.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
    }
}

wire! {
    /// A phone number of a user.
    pub struct UserPhoneNumber {
        /// The number's id.
        pub id: String,
        /// National digits.
        pub phone_number: String,
        /// Dial code, such as `+1`.
        pub country_code: String,
        /// Whether somebody proved to hold it.
        pub verified: bool,
        /// When that was.
        pub verified_at: Option<String>,
    }
}

wire! {
    /// An account at a social provider.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct SocialConnection {
        pub id: String,
        pub provider: String,
        pub email_address: String,
        pub first_name: String,
        pub last_name: String,
    }
}

wire! {
    /// An authenticator program that makes codes.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct UserAuthenticator {
        pub id: String,
        pub created_at: String,
    }
}

wire! {
    /// An authenticator that is being set up. What it shares with the server is shown here and never again.
    pub struct NewAuthenticator {
        /// Its id, which the confirmation names.
        pub id: String,
        /// What a program reads, from a picture or as a link (`otpauth://totp/…`).
        pub otp_url: String,
        /// The same secret as a person types it, in base 32.
        pub totp_secret: String,
        /// When the set-up began.
        pub created_at: String,
    }
}

wire! {
    /// A group that the application put the user into.
    #[allow(missing_docs, reason = "each name says it")]
    pub struct Segment {
        pub id: String,
        pub created_at: String,
        pub updated_at: String,
        pub deployment_id: String,
        pub name: String,
        #[serde(rename = "type")]
        pub kind: String,
    }
}
