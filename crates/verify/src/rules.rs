//! What a well signed token must say to be believed.

use crate::Refusal;
use crate::claims::Known;

/// What one backend asks of tokens.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The claim `iss`, exactly.
    pub(crate) issuer: String,
    /// One of the claim `aud`; none when there must be no such claim.
    pub(crate) audience: Option<String>,
    /// How far the clocks may be apart, in milliseconds.
    pub(crate) skew_ms: i64,
}

impl Rules {
    /// Judges the claims at `now_ms`.
    pub(crate) fn judge(&self, claims: &Known, now_ms: i64) -> Result<(), Refusal> {
        if claims.iss != self.issuer {
            return Err(Refusal::WrongIssuer);
        }
        let is_meant = match (&self.audience, &claims.aud) {
            (None, None) => true,
            (Some(expected), Some(named)) => named.has(expected),
            // A token that is meant for somebody in particular is not for everybody (RFC 8725, section 3.9).
            (None, Some(_)) | (Some(_), None) => false,
        };
        if !is_meant {
            return Err(Refusal::WrongAudience);
        }
        self.judge_time(claims, now_ms)
    }

    fn judge_time(&self, claims: &Known, now_ms: i64) -> Result<(), Refusal> {
        let at = |seconds: i64| seconds.saturating_mul(1000);
        if now_ms >= at(claims.exp).saturating_add(self.skew_ms) {
            return Err(Refusal::Expired);
        }
        let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
        if now_ms < at(begins).saturating_sub(self.skew_ms) {
            return Err(Refusal::NotYetValid);
        }
        Ok(())
    }
}
