use crate::passkey::PasskeyRequestOptions;
use crate::wire;

wire! {
    /// What every JSON answer is wrapped in.
    pub struct Envelope<T> {
        /// The HTTP status.
        pub status: u16,
        /// A sentence for people.
        pub message: String,
        /// The payload; null on an error.
        pub data: Option<T>,
        /// Always null; older clients expect the key.
        #[cfg_attr(feature = "ts", ts(type = "null"))]
        pub session: Option<()>,
        /// What was refused; null on success.
        pub errors: Option<Vec<ErrorEntry>>,
        /// The first of `errors` in another shape; absent on success.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub error: Option<ErrorDetail>,
    }
}

wire! {
    /// One refusal.
    pub struct ErrorEntry {
        /// The stable code, for programs.
        pub code: String,
        /// What to do about it, for people.
        pub message: String,
        /// What a program needs to go on; absent where there is nothing.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub meta: Option<ErrorMeta>,
    }
}

wire! {
    /// What a program needs to go on after a refusal.
    pub struct ErrorMeta {
        /// With `reauthentication_required`: the ways in which this account can prove again that it is its owner's.
        pub methods: Vec<ReauthenticationMethod>,
    }
}

wire! {
    /// A way to prove again who one is.
    #[serde(rename_all = "snake_case")]
    pub enum ReauthenticationMethod {
        /// The password.
        Password,
        /// A code that is mailed to the primary address.
        EmailOtp,
        /// A code that is sent to the primary phone number.
        PhoneOtp,
        /// A code of the authenticator.
        Authenticator,
        /// A backup code, which is used up.
        BackupCode,
        /// A passkey.
        Passkey,
    }
}

wire! {
    /// What was sent, or is to be answered, before somebody can prove again who they are.
    pub struct ReauthenticationPrepared {
        /// The way that was asked for.
        pub method: ReauthenticationMethod,
        /// Whether a code is on its way, or is already.
        pub otp_sent: bool,
        /// Where to, shortened for a screen that others may see; null where nothing is sent.
        pub masked_address: Option<String>,
        /// Of a passkey: the argument of `navigator.credentials.get()`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub options: Option<PasskeyRequestOptions>,
    }
}

wire! {
    /// One refusal with its status.
    pub struct ErrorDetail {
        /// The stable code, for programs.
        pub code: String,
        /// What to do about it, for people.
        pub message: String,
        /// The HTTP status.
        pub status: u16,
    }
}
