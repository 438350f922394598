//! Passkeys (WebAuthn): a device keeps a key for this deployment's host, and signs with it after a PIN or a fingerprint.
//! It proves two factors at once, and nothing that could be typed elsewhere.
//!
//! What a browser answers is taken apart strictly ([`answer`], with [`cbor`]) for whom it may be ([`party`]), and verified
//! by webauthn-rs ([`ceremony`]): all pure. What was asked is a one-time secret ([`challenge`]). [`enrol`] takes a new
//! passkey, [`prove`] one that signs, [`change`] what its owner does with it; [`store`] has the SQL.

pub mod answer;
pub mod cbor;
pub mod ceremony;
pub mod challenge;
pub mod change;
pub mod enrol;
pub mod http;
pub mod party;
pub mod prove;
pub mod said;
pub mod store;

use crate::id::PasskeyId;
use crate::time::rfc3339;
use ceremony::Kept;
use keyrack_protocol::{PasskeyDescriptor, UserPasskey};

/// Passkeys that an account may have.
pub const MOST: usize = 20;

/// A passkey of an account.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// The id that the device gave it, base64url.
    pub credential_id: String,
    /// What verifies it.
    pub kept: Kept,
    /// What its owner calls it.
    pub name: String,
    /// Whether several devices may have it.
    pub multi_device: bool,
    /// Whether several do.
    pub backed_up: bool,
    /// When it was registered.
    pub created_at: i64,
    /// When it was last used.
    pub last_used_at: Option<i64>,
}

impl Passkey {
    /// As its owner sees it.
    #[must_use]
    pub fn view(&self) -> UserPasskey {
        UserPasskey {
            id: self.id.to_string(),
            name: self.name.clone(),
            created_at: rfc3339(self.created_at),
            last_used_at: self.last_used_at.map(rfc3339),
            device_type: device_type(self.multi_device).to_owned(),
            backed_up: self.backed_up,
        }
    }

    /// The name of what it proves among the methods of RFC 8176: `hwk` for one that is bound to a device, else `swk`.
    #[must_use]
    pub fn method(&self) -> &'static str {
        if self.multi_device { "swk" } else { "hwk" }
    }

    /// As browsers name it.
    #[must_use]
    pub fn descriptor(&self) -> PasskeyDescriptor {
        PasskeyDescriptor {
            kind: "public-key".to_owned(),
            id: self.credential_id.clone(),
            transports: self.kept.transports.clone(),
        }
    }
}

/// The word for whether several devices may have it, on the wire and in the database.
#[must_use]
pub fn device_type(multi_device: bool) -> &'static str {
    if multi_device { "multi_device" } else { "single_device" }
}
