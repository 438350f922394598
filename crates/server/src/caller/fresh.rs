//! An account whose owner has just proved to be there: what sensitive changes ask for.

use super::Account;
use crate::app::Shared;
use crate::error::{Error, Result};
use crate::session::Proof;
use crate::user::ways;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;

/// The account that acts, whose sign-in has proved something in the last ten minutes. Whoever has not is refused with
/// `reauthentication_required` and the ways in which the account can.
#[derive(Clone, Debug)]
pub struct Fresh(pub Account);

impl std::ops::Deref for Fresh {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl FromRequestParts<Shared> for Fresh {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> std::result::Result<Self, Response> {
        let account = Account::from_request_parts(parts, app).await?;
        account.is_own().await.map_err(IntoResponse::into_response)?;
        account.is_fresh().map_err(IntoResponse::into_response)?;
        Ok(Self(account))
    }
}

impl Account {
    /// What was proved for the sign-in that acts, as far as the credential has the key that says so.
    ///
    /// # Errors
    /// `sign_in_not_found` when the credential does not open it.
    pub fn proof(&self) -> Result<Proof> {
        let acting = self.cached.loaded.visible_sign_in(self.opened, self.sign_in.as_str())?;
        let proof = self.rack.as_ref().map(|rack| acting.proof_for(rack, &self.app.vault));
        Ok(proof.unwrap_or(&acting.proof).clone())
    }

    /// Whether something was proved for the sign-in that acts in the last ten minutes.
    ///
    /// # Errors
    /// `reauthentication_required`, with the ways in which the account can.
    pub fn is_fresh(&self) -> Result<()> {
        if self.proof()?.is_fresh(self.app.world.clock.now_ms()) {
            return Ok(());
        }
        Err(Error::stale(ways::to_reauthenticate(self.user()?, &self.site)))
    }
}
