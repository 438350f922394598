use crate::builder::Builder;
use crate::claims::{Claims, Known};
use crate::clock::Clock;
use crate::jws::{Header, Jws};
use crate::refusal::Refusal;
use crate::revocations::Revocations;
use crate::rules::Rules;
use crate::source::Source;
use http::{HeaderMap, header};
use std::sync::Arc;

/// Verifies the tokens of one issuer. Copies share its keys and what it knows of revocations: make one, and hand out
/// copies.
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Inner>);

/// What a verifier is made of.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) rules: Rules,
    pub(crate) source: Arc<Source>,
    pub(crate) revocations: Option<Arc<Revocations>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Verifier {
    pub(crate) fn of(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Begins a verifier of the tokens of `issuer`: the address where browsers reach Keyrack, as it stands in the claim
    /// `iss`, such as `https://auth.example.com`.
    pub fn builder(issuer: impl Into<String>) -> Builder {
        Builder::of(issuer.into())
    }

    /// Verifies a token: its form, signature, issuer, audience and time, and that its sign-in has not ended since, as far
    /// as that was heard. It asks the issuer only for keys that it has not seen.
    ///
    /// # Errors
    /// Whatever keeps the token from being believed.
    pub async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let inner = &self.0;
        let jws = Jws::parse(token)?;
        let header = Header::parse(&jws.header)?;
        let keys = inner.source.keys(&header.kid).await?;
        let key = keys.get(&header.kid).ok_or(Refusal::Invalid)?;
        if !key.verifies(&header.alg, jws.signed, &jws.signature) {
            return Err(Refusal::Invalid);
        }
        let known = Known::parse(&jws.payload)?;
        inner.rules.judge(&known, inner.clock.now_ms())?;
        if let Some(revocations) = &inner.revocations {
            revocations.judge(&known.signin_id, known.rev)?;
        }
        Ok(Claims::new(known, jws.payload))
    }

    /// Verifies the token of a request's `Authorization: Bearer …`.
    ///
    /// # Errors
    /// [`Refusal::Missing`] when there is none, or more than one; else as [`Verifier::verify`].
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<Claims, Refusal> {
        self.verify(bearer(headers)?).await
    }

    /// Whether somebody proved at most `max_age_s` seconds ago that they are the one the claims speak for.
    ///
    /// # Errors
    /// [`Refusal::NotFresh`], also when the claims do not say when that was.
    pub fn check_fresh(&self, claims: &Claims, max_age_s: i64) -> Result<(), Refusal> {
        let now_ms = self.0.clock.now_ms();
        let age_ms = claims.proved_at().map(|at| now_ms.saturating_sub(at.saturating_mul(1000)));
        // A proof in the future, beyond what clocks may be apart, is none.
        let fresh = -self.0.rules.skew_ms..=max_age_s.saturating_mul(1000);
        match age_ms.is_some_and(|age| fresh.contains(&age)) {
            true => Ok(()),
            false => Err(Refusal::NotFresh { max_age_s }),
        }
    }

    /// For how long nothing was heard of the stream of revocations, in milliseconds; none if it is not followed or has
    /// not begun. For health checks and metrics: it stays below three thousand while all is well.
    #[must_use]
    pub fn revocations_silent_ms(&self) -> Option<i64> {
        self.0.revocations.as_ref()?.silent_ms()
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1; the scheme's case does not matter).
///
/// # Errors
/// [`Refusal::Missing`] when there is none, or more than one.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::Missing) };
    let (scheme, token) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Refusal::Missing)?;
    // What is no token is told so like any other that is none.
    let token = token.trim_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() { Ok(token) } else { Err(Refusal::Missing) }
}

#[cfg(test)]
mod tests;
