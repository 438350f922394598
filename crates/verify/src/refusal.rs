use http::{HeaderValue, Response, StatusCode, header};
use std::fmt;

/// Why a request is not let in. Its texts are for whoever develops against the backend; none repeats the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no `Authorization: Bearer …`, or more than one.
    Missing,
    /// Not a token of this issuer: malformed, forged, of a kind or algorithm that is not allowed, signed by nobody
    /// known, or without a claim that must be there. Which of them is not said.
    Invalid,
    /// Signed well, but it names another issuer.
    WrongIssuer,
    /// Signed well, but meant for somebody else: it names another audience, none where one is expected, or one where
    /// none is.
    WrongAudience,
    /// No longer valid.
    Expired,
    /// Not valid yet.
    NotYetValid,
    /// Its sign-in has ended or lost something that it says, after it was minted.
    Revoked,
    /// The public keys could not be fetched yet: the token may be good.
    NoKeys,
    /// The stream of revocations is cut for longer than [`WhenCut::Closed`](crate::WhenCut::Closed) allows.
    NoRevocations,
    /// The token is good, but does not say this permission.
    NoPermission,
    /// The token is good, but whoever it speaks for has to prove again who they are: see
    /// [`RequireFresh`](crate::RequireFresh).
    NotFresh {
        /// How old, in seconds, a proof may be.
        max_age_s: i64,
    },
    /// The verifier is not in front of this handler: a mistake of the program, not of the caller.
    NoLayer,
}

impl Refusal {
    /// A word for programs, which stays the same.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Invalid => "token_invalid",
            Self::WrongIssuer => "token_wrong_issuer",
            Self::WrongAudience => "token_wrong_audience",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
            Self::Revoked => "token_revoked",
            Self::NoKeys => "keys_unavailable",
            Self::NoRevocations => "revocations_unavailable",
            Self::NoPermission => "permission_missing",
            Self::NotFresh { .. } => "reauthentication_required",
            Self::NoLayer => "internal",
        }
    }

    /// The HTTP status: 401 when another token may be taken, 403 when it may not, 503 when the same may be taken
    /// later.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::NoPermission => StatusCode::FORBIDDEN,
            Self::NoKeys | Self::NoRevocations => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoLayer => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// What `WWW-Authenticate` says (RFC 6750, section 3; RFC 9470, section 3); none where no token would help.
    #[must_use]
    pub fn challenge(self) -> Option<String> {
        match self {
            Self::Missing => Some("Bearer".to_owned()),
            Self::NoPermission => Some(r#"Bearer error="insufficient_scope""#.to_owned()),
            Self::NotFresh { max_age_s } => {
                Some(format!(r#"Bearer error="insufficient_user_authentication", max_age={max_age_s}"#))
            }
            Self::NoKeys | Self::NoRevocations | Self::NoLayer => None,
            _ => Some(format!(r#"Bearer error="invalid_token", error_description="{self}""#)),
        }
    }

    /// The whole answer: `{"code", "message"}` with its status, for nobody to keep.
    #[must_use]
    pub fn response<B: From<String>>(self) -> Response<B> {
        // Both are texts of this file, without anything that JSON would escape.
        let body = format!(r#"{{"code":"{}","message":"{self}"}}"#, self.code());
        let mut response = Response::new(B::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "send the token in the header Authorization: Bearer <token>",
            Self::Invalid => "the token is not valid",
            Self::WrongIssuer => "the token is from another issuer",
            Self::WrongAudience => "the token is meant for another audience",
            Self::Expired => "the token has expired; get a new one",
            Self::NotYetValid => "the token is not valid yet; check the clocks",
            Self::Revoked => "the sign-in has ended or changed since; get a new token",
            Self::NoKeys => "the public keys of the issuer cannot be fetched; try again",
            Self::NoRevocations => "nobody can tell who has signed out; try again",
            Self::NoPermission => "this needs a permission that is missing",
            Self::NotFresh { .. } => "prove again that it is you, then repeat this",
            Self::NoLayer => "the server is not set up to verify tokens",
        })
    }
}

impl std::error::Error for Refusal {}
