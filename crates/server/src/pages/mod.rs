//! The hosted pages: sign-in, sign-up and the accounts of a browser, for applications that only send people
//! here and get them back.
//!
//! The pages themselves are `apps/pages`, built and embedded. What differs from one request to the next is
//! written into them here: the language and its texts, the deployment, and where to go on to.

pub mod address;
mod assets;
mod html;
pub mod http;
mod policy;
pub mod texts;
pub mod theme;
