//! Who is calling is in the handler's signature. All of it needs a [`VerifyLayer`](crate::VerifyLayer) in front; without
//! one everybody is answered 500 and nobody is let in.

use crate::layer::Verified;
use crate::{Claims, Refusal};
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;
use std::convert::Infallible;
use std::marker::PhantomData;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response()
    }
}

fn verified(parts: &Parts) -> Result<&Verified, Refusal> {
    parts.extensions.get().ok_or_else(|| {
        tracing::error!("an extractor of keyrack-verify is used without VerifyLayer: nobody is let in");
        Refusal::NoLayer
    })
}

fn claims(parts: &Parts) -> Result<(&Verified, Claims), Refusal> {
    let verified = verified(parts)?;
    Ok((verified, verified.outcome.clone()?))
}

/// Whoever has a good token.
impl<S: Sync> FromRequestParts<S> for Claims {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        claims(parts).map(|(_, claims)| claims)
    }
}

/// The claims of whoever has a good token; none for all others, whatever is wrong with theirs.
#[derive(Clone, Debug)]
pub struct OptionalClaims(pub Option<Claims>);

impl<S: Sync> FromRequestParts<S> for OptionalClaims {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(claims(parts).ok().map(|(_, claims)| claims)))
    }
}

/// A permission, as a type.
pub trait Permission {
    /// Its name, as a role holds it.
    const NAME: &'static str;
}

/// Declares permissions as types: `permission!(pub ManageBilling = "billing:manage");`
#[macro_export]
macro_rules! permission {
    ($($(#[$about:meta])* $visible:vis $name:ident = $text:literal;)+) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        $visible struct $name;
        impl $crate::Permission for $name {
            const NAME: &'static str = $text;
        }
    )+ };
}

/// Whoever has a good token that says the permission `P`, be it in the organization or in the workspace.
#[derive(Clone, Debug)]
pub struct RequirePermission<P>(pub Claims, pub PhantomData<P>);

impl<S: Sync, P: Permission> FromRequestParts<S> for RequirePermission<P> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let (_, claims) = claims(parts)?;
        if claims.has(P::NAME) { Ok(Self(claims, PhantomData)) } else { Err(Refusal::NoPermission) }
    }
}

/// Whoever has a good token and proved at most `MAX_AGE_S` seconds ago who they are: ten minutes unless it is said. All
/// others are told to do so (RFC 9470); `reauthenticate` of the hook does it.
#[derive(Clone, Debug)]
pub struct RequireFresh<const MAX_AGE_S: u32 = 600>(pub Claims);

impl<S: Sync, const MAX_AGE_S: u32> FromRequestParts<S> for RequireFresh<MAX_AGE_S> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let (verified, claims) = claims(parts)?;
        verified.verifier().check_fresh(&claims, i64::from(MAX_AGE_S))?;
        Ok(Self(claims))
    }
}
