use crate::{PasskeyCreationOptions, PasskeyOptions, PasskeyRequestOptions, wire};

wire! {
    /// How an attempt to sign in began.
    #[serde(rename_all = "snake_case")]
    pub enum SignInMethod {
        /// Email address and password.
        PlainEmail,
        /// Username and password.
        PlainUsername,
        /// A code by SMS.
        PhoneOtp,
        /// A mailed link.
        MagicLink,
        /// A mailed code.
        EmailOtp,
        /// A social provider.
        Sso,
        /// An enterprise provider.
        EnterpriseSso,
        /// A passkey.
        Passkey,
        /// A ticket by which somebody else acts as the user.
        Impersonation,
        /// A ticket of the application's backend, which vouches for the user.
        Ticket,
    }
}

wire! {
    /// What a sign-in attempt waits for; `""` when it is completed.
    #[serde(rename_all = "snake_case")]
    #[allow(missing_docs, reason = "each name says it")]
    pub enum CurrentSessionStep {
        VerifyPassword,
        VerifyEmail,
        VerifyEmailLink,
        VerifyEmailOtp,
        VerifyPhone,
        VerifyPhoneOtp,
        VerifySecondFactor,
        AddSecondFactor,
        CompleteProfile,
        /// Nothing: the attempt is completed.
        #[serde(rename = "")]
        Completed,
    }
}

wire! {
    /// What a sign-up attempt waits for; `""` when it is completed.
    #[serde(rename_all = "snake_case")]
    pub enum SignupAttemptStep {
        /// The code mailed to the address.
        VerifyEmail,
        /// The code sent to the phone number.
        VerifyPhone,
        /// A code of the authenticator being enrolled.
        VerifyAuthenticator,
        /// Nothing: the attempt is completed.
        #[serde(rename = "")]
        Completed,
    }
}

wire! {
    /// An attempt to sign in that this browser began.
    pub struct SigninAttempt {
        /// The attempt's id.
        pub id: String,
        /// The session that it belongs to.
        pub session_id: String,
        /// How it began.
        pub method: SignInMethod,
        /// The social provider's name, `""` for other methods.
        pub sso_provider: String,
        /// The address that it is about, may be `""`.
        pub email: String,
        /// The account, once a first factor is proved.
        pub user_id: Option<String>,
        /// When it ends by itself.
        pub expires_at: String,
        /// Whether a first factor is proved.
        pub first_method_authenticated: bool,
        /// Whether a second factor is proved.
        pub second_method_authenticated: bool,
        /// Whether a second factor is still required.
        pub second_method_authentication_required: bool,
        /// The second factors that the account has.
        pub available_2fa_methods: Vec<String>,
        /// What it waits for.
        pub current_step: CurrentSessionStep,
        /// Everything that is left, in order.
        pub remaining_steps: Vec<CurrentSessionStep>,
        /// Whether it ended in a sign-in.
        pub completed: bool,
        /// Whether profile fields are missing.
        pub requires_completion: bool,
        /// The fields that are missing.
        pub missing_fields: Vec<String>,
        /// The fields that the deployment requires.
        pub required_fields: Vec<String>,
        /// What is known of the profile so far.
        pub profile_completion_data: ProfileCompletionData,
    }
}

wire! {
    /// Profile fields that can be filled in already.
    #[derive(Default)]
    #[cfg_attr(feature = "ts", ts(optional_fields))]
    #[allow(missing_docs, reason = "each name says it")]
    pub struct ProfileCompletionData {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub first_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub last_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub username: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub email: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub phone_number: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub phone_country_code: Option<String>,
    }
}

wire! {
    /// An attempt to sign up that this browser began. It never carries the password.
    pub struct SignupAttempt {
        /// The attempt's id.
        pub id: String,
        /// The session that it belongs to.
        pub session_id: String,
        /// As it was given, `""` when it was not.
        pub first_name: String,
        /// As it was given, `""` when it was not.
        pub last_name: String,
        /// The address to be proved.
        pub email: String,
        /// As it was given, `""` when it was not.
        pub username: String,
        /// As it was given, `""` when it was not.
        pub phone_number: String,
        /// Dial code of the phone number, `""` when there is none.
        pub phone_country_code: String,
        /// The fields that the deployment requires.
        pub required_fields: Vec<String>,
        /// The required fields that are still missing.
        pub missing_fields: Vec<String>,
        /// What it waits for.
        pub current_step: SignupAttemptStep,
        /// Everything that is left, in order.
        pub remaining_steps: Vec<SignupAttemptStep>,
        /// Whether it ended in an account.
        pub completed: bool,
        /// When it ends by itself.
        pub expires_at: String,
    }
}

wire! {
    /// The answer of `POST /auth/identify`.
    pub struct Identified {
        /// How to go on: `password`.
        pub strategy: String,
        /// What an identifier of this kind can be signed in with here, whoever has it: strategies of `POST
        /// /auth/signin`.
        pub methods: Vec<SignInMethod>,
    }
}

wire! {
    /// The answer of `GET /auth/identifier-availability`.
    pub struct Availability {
        /// Whether nobody can sign up with it any more.
        pub exists: bool,
    }
}

wire! {
    /// What a mailed link is worth.
    #[serde(rename_all = "snake_case")]
    pub enum MagicLinkState {
        /// It can be confirmed.
        Open,
        /// It was used.
        Used,
        /// Its time is over, or a newer one was mailed.
        Expired,
    }
}

wire! {
    /// The answer of `POST /auth/magic-link`: what a mailed link is for. Looking at it uses nothing up.
    pub struct MagicLink {
        /// What it is worth.
        pub state: MagicLinkState,
        /// Whether this is the browser that asked for it, which confirms it and goes on.
        pub same_browser: bool,
        /// Whose address it was mailed to, shortened.
        pub masked_email: String,
        /// Anywhere else: the code to type in the browser that asked.
        pub code: Option<String>,
        /// The browser that asked, `""` when it is none of the common ones.
        pub browser: String,
        /// The device or system that it is on, `""` when it is none of the common ones.
        pub device: String,
        /// The address that it came from.
        pub ip_address: String,
        /// Where that is, `""` when nobody knows.
        pub city: String,
        /// The same.
        pub region: String,
        /// The same.
        pub country: String,
        /// When it asked.
        pub asked_at: Option<String>,
    }
}

wire! {
    /// The answer of `POST /auth/prepare-verification`.
    pub struct VerificationPrepared {
        /// Always true: whether something was really sent is nobody's business but the mailbox's.
        pub otp_sent: bool,
        /// The address, shortened.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub masked_email: Option<String>,
        /// The phone number, shortened; it ends with its last four digits.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub masked_phone: Option<String>,
        /// How it is proved: the strategy that was asked for.
        pub verification_method: String,
        /// Of an authenticator that is being set up: what a program reads from a picture.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub otp_url: Option<String>,
        /// The same as a person types it. Nothing shows it again.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub totp_secret: Option<String>,
        /// Of a passkey: the argument of `navigator.credentials.get()`, at `add_second_factor` of
        /// `navigator.credentials.create()`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub options: Option<PasskeyOptions>,
    }
}

impl VerificationPrepared {
    /// Something was sent, or nothing needed to be.
    #[must_use]
    pub fn by(method: &str) -> Self {
        Self {
            otp_sent: true,
            masked_email: None,
            masked_phone: None,
            verification_method: method.to_owned(),
            otp_url: None,
            totp_secret: None,
            options: None,
        }
    }

    /// A passkey is asked to sign.
    #[must_use]
    pub fn of_passkey(options: PasskeyRequestOptions) -> Self {
        Self { options: Some(PasskeyOptions::Request(options)), ..Self::by("passkey") }
    }

    /// A passkey is asked to be made.
    #[must_use]
    pub fn of_new_passkey(options: PasskeyCreationOptions) -> Self {
        Self { options: Some(PasskeyOptions::Creation(options)), ..Self::by("passkey") }
    }
}
