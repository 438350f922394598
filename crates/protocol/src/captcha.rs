use crate::wire;

wire! {
    /// The answer of `POST /captcha/challenge`.
    pub struct CaptchaChallenge {
        /// What is to be worked on.
        pub challenge: CaptchaPuzzle,
        /// What salts and targets follow from; it is handed in with the numbers.
        pub token: String,
        /// Until when it may be redeemed, in Unix milliseconds.
        pub expires: i64,
    }
}

wire! {
    /// How much work a challenge is.
    pub struct CaptchaPuzzle {
        /// How many numbers are to be found.
        pub c: u32,
        /// Characters of each salt.
        pub s: u32,
        /// Hexadecimal digits of each target.
        pub d: u32,
    }
}

wire! {
    /// The answer of `POST /captcha/redeem`.
    pub struct CaptchaRedeemed {
        /// Whether the numbers fit, and nobody had redeemed the challenge before.
        pub success: bool,
        /// What `challenge_token` is to be from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub token: Option<String>,
        /// Until when, in Unix milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub expires: Option<i64>,
    }
}
