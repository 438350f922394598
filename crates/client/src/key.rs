//! What a publishable key says: where the API is, and how the credential travels.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// One API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its address, without a slash at its end: `https://accounts.example.com`, `https://example.com/keyrack`.
    pub base: String,
    /// Staging carries the credential in a header, production in a cookie.
    pub staging: bool,
}

/// A mistake of configuration that no retry mends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAKey(String);

impl fmt::Display for NotAKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "\"{}\" is not a publishable key: copy the one that the server prints", self.0)
    }
}

impl std::error::Error for NotAKey {}

impl Api {
    /// Reads a key of the form `pk_test_…` (staging) or `pk_live_…` (production), followed by the API's address in
    /// standard Base64: its origin, and the path under which a proxy hands requests to it if there is one.
    ///
    /// ```
    /// use keyrack_client::Api;
    ///
    /// let api = Api::parse("pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw")?;
    /// assert_eq!(api.base, "http://localhost:4400");
    /// assert!(api.staging);
    /// # Ok::<(), keyrack_client::NotAKey>(())
    /// ```
    ///
    /// # Errors
    /// When the key has another form.
    pub fn parse(key: &str) -> Result<Self, NotAKey> {
        let read = || {
            let (staging, payload) = match key.strip_prefix("pk_test_") {
                Some(payload) => (true, payload),
                None => (false, key.strip_prefix("pk_live_")?),
            };
            let base = String::from_utf8(STANDARD.decode(payload).ok()?).ok()?;
            is_address(&base).then_some(Self { base, staging })
        };
        read().ok_or_else(|| NotAKey(key.to_owned()))
    }
}

/// Only an address as browsers write it: one deployment has one name, wherever something is kept under it.
fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let plain = |c: char| c.is_ascii_graphic() && !"?#@\\\"<>`{}|^".contains(c);
    let is_host = !host.is_empty() && host.chars().all(|c| plain(c) && !c.is_ascii_uppercase());
    is_host && path.is_none_or(|path| !path.is_empty() && !path.ends_with('/') && path.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(prefix: &str, address: &str) -> Option<Api> {
        Api::parse(&format!("{prefix}{}", STANDARD.encode(address))).ok()
    }

    #[test]
    fn a_key_says_where_the_api_is_and_in_which_mode() {
        for address in ["http://localhost:4400", "https://a.example.com", "https://example.com/keyrack"] {
            let expected = |staging| Some(Api { base: address.to_owned(), staging });
            assert_eq!(parse("pk_test_", address), expected(true));
            assert_eq!(parse("pk_live_", address), expected(false));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for address in
            ["", "https://", "ftp://a", "https://a/", "https://A.example", "https://a/?b", "https://a b"]
        {
            assert_eq!(parse("pk_live_", address), None, "{address}");
        }
        for key in ["", "pk_test_", "pk_test_%", "sk_live_aHR0cDovL2E=", "aHR0cDovL2E="] {
            let refused = Api::parse(key).unwrap_err().to_string();
            assert!(refused.contains("is not a publishable key"), "{refused}");
        }
    }
}
