//! What stands between a connection and a feature: ids and logs, hosts and origins, bodies and answers.

pub mod answer;
pub mod body;
pub mod carriage;
pub mod connection;
pub mod dress;
mod field;
pub mod fields;
pub mod front;
pub mod head;
pub mod health;
pub mod known;
pub mod layers;
pub mod named;
pub mod native;
pub mod operation;
pub mod origin;
pub mod routes;

pub use head::Head;
