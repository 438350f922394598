//! Deployments: one application in one mode, as `keyrack.toml` declares it.

pub mod http;
pub mod store;
pub mod view;
