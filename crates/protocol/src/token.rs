use crate::wire;

wire! {
    /// The answer of `GET /session/token`.
    pub struct Token {
        /// The signed token (JWS compact form, RFC 7515).
        pub token: String,
        /// When it expires, in Unix milliseconds by the server's clock; equal to the claim `exp`.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub expires: i64,
        /// How long it still lives, in milliseconds: what a client with a wrong clock goes by.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub lifetime_ms: i64,
        /// The sign-in that it speaks for.
        pub signin_id: String,
        /// The session's revision when it was minted; equal to the claim `rev`.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub revision: i64,
    }
}

wire! {
    /// The public keys of a deployment (RFC 7517, section 5).
    pub struct Jwks {
        /// Every key that a live token may be signed with, and the next one.
        pub keys: Vec<Jwk>,
    }
}

wire! {
    /// A public key (RFC 7517, section 4).
    #[allow(missing_docs, reason = "the names are the standard's")]
    pub struct Jwk {
        pub kty: String,
        pub kid: String,
        #[serde(rename = "use")]
        pub usage: String,
        pub alg: String,
        pub crv: String,
        pub x: String,
        pub y: String,
    }
}
