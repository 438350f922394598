use crate::wire;

wire! {
    /// The answer of `POST /device/begin`, to a program.
    pub struct DeviceCode {
        /// What the program asks with. A secret.
        pub device_code: String,
        /// What the program shows, for somebody to type.
        pub user_code: String,
        /// Where it is typed.
        pub verification_uri: String,
        /// For so many seconds.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub expires_in: i64,
        /// The seconds between two questions.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub interval: i64,
    }
}

wire! {
    /// A program that waits to be signed in, for whoever decides about it.
    pub struct DeviceRequest {
        /// What it calls itself: anybody's words.
        pub program: String,
        /// The address that it asked from.
        pub ip_address: String,
        /// Whether whoever decides comes from the same address.
        pub same_address: bool,
        /// Where that address is, in English; `""` when unknown.
        pub city: String,
        /// The largest part of the country; `""` when unknown.
        pub region: String,
        /// The country; `""` when unknown.
        pub country: String,
        /// The country's code (ISO 3166-1, two letters); `""` when unknown.
        pub country_code: String,
        /// The system that it says it runs on; `""` when unknown.
        pub device: String,
        /// When it asked.
        pub created_at: String,
        /// Until when somebody can decide.
        pub expires_at: String,
    }
}

wire! {
    /// What became of a program that waited.
    pub struct DeviceDecided {
        /// Whether it is let in.
        pub confirmed: bool,
        /// What it calls itself.
        pub program: String,
    }
}
