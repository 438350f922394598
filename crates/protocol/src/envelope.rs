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
