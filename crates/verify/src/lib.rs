//! Verifies Keyrack's tokens in a backend.
//!
//! A [`Verifier`] fetches the issuer's public keys once and then believes what a signature covers, without asking anyone.
//! With an API key it follows the stream of revocations, too, and refuses the tokens of whoever signed out within a second.
//!
//! ```
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use keyrack_verify::{Claims, RequirePermission, Verifier, VerifyLayer, permission};
//! use tower::ServiceExt;
//!
//! permission! { ManageBilling = "billing:manage"; }
//!
//! async fn greet(claims: Claims) -> String {
//!     format!("hello {}", claims.user_id())
//! }
//!
//! async fn bill(RequirePermission(claims, ..): RequirePermission<ManageBilling>) -> String {
//!     format!("the bills of {}", claims.organization_id().unwrap_or("nobody"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Without `keys` they are fetched; `revocations` follows who signs out.
//! let verifier = Verifier::builder("https://auth.example.com").keys(r#"{"keys": []}"#).build()?;
//! let app: Router = Router::new()
//!     .route("/greet", get(greet))
//!     .route("/bill", get(bill))
//!     .layer(VerifyLayer::new(verifier));
//!
//! let of_nobody = app.oneshot(Request::get("/greet").body(Body::empty())?).await?;
//! assert_eq!(of_nobody.status(), 401);
//! # Ok(()) }
//! ```
//!
//! What a token must be: of the type `JWT`, signed with an allowed algorithm ([`Builder::algorithms`]: ES256 alone unless it is
//! said) by a published key for that algorithm, by the
//! issuer, for the expected audience or for none, in its time; and it must say whom and which sign-in it speaks for. All
//! that is not is one [`Refusal`]; `tests/tokens.json` has examples of each, which `@keyrack/server` is tried with, too.

/// What the README shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod builder;
mod claims;
mod clock;
#[cfg(feature = "axum")]
mod extract;
mod jws;
mod keys;
mod layer;
mod refusal;
mod revocations;
mod rules;
mod source;
mod verifier;

pub use builder::{Builder, Unusable};
pub use claims::{Actor, Claims};
pub use clock::Clock;
#[cfg(feature = "axum")]
pub use extract::{OptionalClaims, Permission, RequireFresh, RequirePermission};
pub use keys::Algorithm;
pub use layer::{Verified, VerifyLayer, Verifying};
pub use refusal::Refusal;
pub use revocations::WhenCut;
pub use verifier::{Verifier, bearer};
