//! Verifies Keyrack's tokens in a backend.
//!
//! A [`Verifier`] fetches the issuer's public keys once and then believes what a signature covers, without asking anyone.
//! With an API key it follows the stream of revocations, too, and refuses the tokens of whoever signed out within a second.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use keyrack_verify::{Claims, RequirePermission, Verifier, VerifyLayer, WhenCut, permission};
//! use std::time::Duration;
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
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::builder("https://auth.example.com")
//!     .revocations(std::env::var("KEYRACK_SECRET_KEY")?, WhenCut::Closed(Duration::from_secs(30)))
//!     .build()?;
//! let app: Router = Router::new()
//!     .route("/greet", get(greet))
//!     .route("/bill", get(bill))
//!     .layer(VerifyLayer::new(verifier));
//! # Ok(()) }
//! ```
//!
//! What a token must be: of the type `JWT`, signed with an allowed algorithm ([`Builder::algorithms`]: ES256 alone unless it is
//! said) by a published key for that algorithm, by the
//! issuer, for the expected audience or for none, in its time; and it must say whom and which sign-in it speaks for. All
//! that is not is one [`Refusal`]; `vectors/tokens.json` has examples of each, which `@keyrack/server` is tried with, too.

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
