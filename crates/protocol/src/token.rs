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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub crv: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub x: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub y: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub n: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        pub e: Option<String>,
    }
}

wire! {
    /// What verifiers of OpenID Connect look up (OpenID Connect Discovery, section 3), as far as it is so here: people
    /// sign in on Keyrack's own pages and API, not by a redirect with a code.
    #[allow(missing_docs, reason = "the names are the standard's")]
    pub struct Discovery {
        pub issuer: String,
        pub jwks_uri: String,
        pub id_token_signing_alg_values_supported: Vec<String>,
        pub subject_types_supported: Vec<String>,
        pub response_types_supported: Vec<String>,
        pub claims_supported: Vec<String>,
    }
}
