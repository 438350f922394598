use crate::wire;

wire! {
    /// A passkey, as shown to whoever it belongs to.
    pub struct UserPasskey {
        /// The passkey's id.
        pub id: String,
        /// What its owner calls it.
        pub name: String,
        /// When it was registered.
        pub created_at: String,
        /// When it was last used; null if never.
        pub last_used_at: Option<String>,
        /// `single_device`, or `multi_device` for one that its owner's devices may share.
        pub device_type: String,
        /// Whether it is kept somewhere else too, so that it survives the loss of a device.
        pub backed_up: bool,
    }
}

wire! {
    /// A passkey that was registered: its own fields, and the same once more as older clients read it.
    pub struct PasskeyRegistered {
        /// The passkey's id.
        pub id: String,
        /// What its owner calls it.
        pub name: String,
        /// When it was registered.
        pub created_at: String,
        /// When it was last used: null.
        pub last_used_at: Option<String>,
        /// `single_device`, or `multi_device` for one that its owner's devices may share.
        pub device_type: String,
        /// Whether it is kept somewhere else too, so that it survives the loss of a device.
        pub backed_up: bool,
        /// The same.
        pub passkey: UserPasskey,
    }
}

wire! {
    /// What `navigator.credentials.create()` is to be given.
    pub struct PasskeyCreation {
        /// The options.
        pub options: PasskeyCreationOptions,
    }
}

wire! {
    /// The argument of `navigator.credentials.create()`.
    #[serde(rename_all = "camelCase")]
    pub struct PasskeyCreationOptions {
        /// What `PublicKeyCredential.parseCreationOptionsFromJSON()` reads.
        pub public_key: PasskeyCreationPublicKey,
    }
}

wire! {
    /// How a passkey is to be made (WebAuthn, `PublicKeyCredentialCreationOptionsJSON`).
    #[serde(rename_all = "camelCase")]
    pub struct PasskeyCreationPublicKey {
        /// 32 random bytes, base64url. Good once, for five minutes.
        pub challenge: String,
        /// Whom the passkey is for.
        pub rp: PasskeyRelyingParty,
        /// Whose it will be.
        pub user: PasskeyUser,
        /// The algorithms that it may have, best first.
        pub pub_key_cred_params: Vec<PasskeyAlgorithm>,
        /// How long the browser waits, in milliseconds.
        pub timeout: u32,
        /// `none`: nobody asks who made the device.
        pub attestation: String,
        /// What the device must be able to do.
        pub authenticator_selection: PasskeySelection,
        /// Passkeys that the user has: a device that holds one makes no second.
        pub exclude_credentials: Vec<PasskeyDescriptor>,
    }
}

wire! {
    /// Whom passkeys are for.
    pub struct PasskeyRelyingParty {
        /// A host, which the page's host is or is below.
        pub id: String,
        /// What people know it by.
        pub name: String,
    }
}

wire! {
    /// Whose a passkey will be, as the device shows and keeps it.
    #[serde(rename_all = "camelCase")]
    pub struct PasskeyUser {
        /// Random bytes, base64url: no id that means anything elsewhere.
        pub id: String,
        /// An address or a username.
        pub name: String,
        /// The person's name, or the same.
        pub display_name: String,
    }
}

wire! {
    /// An algorithm that a passkey may have.
    pub struct PasskeyAlgorithm {
        /// `public-key`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Its number in COSE.
        pub alg: i32,
    }
}

wire! {
    /// What a device must be able to do.
    #[serde(rename_all = "camelCase")]
    pub struct PasskeySelection {
        /// `required`: it finds the passkey without being told which.
        pub resident_key: String,
        /// The same for older browsers.
        pub require_resident_key: bool,
        /// `required`: it makes sure who is there, by a PIN or a fingerprint.
        pub user_verification: String,
    }
}

wire! {
    /// A passkey as a browser names it.
    pub struct PasskeyDescriptor {
        /// `public-key`.
        #[serde(rename = "type")]
        pub kind: String,
        /// The id that the device gave it, base64url.
        pub id: String,
        /// How it may be reached, as the browser said when it was made.
        pub transports: Vec<String>,
    }
}

wire! {
    /// What `navigator.credentials.get()` is to be given.
    pub struct PasskeyRequest {
        /// The options.
        pub options: PasskeyRequestOptions,
    }
}

wire! {
    /// The argument of `navigator.credentials.get()`.
    #[serde(rename_all = "camelCase")]
    pub struct PasskeyRequestOptions {
        /// What `PublicKeyCredential.parseRequestOptionsFromJSON()` reads.
        pub public_key: PasskeyRequestPublicKey,
    }
}

wire! {
    /// Which passkey is asked for (WebAuthn, `PublicKeyCredentialRequestOptionsJSON`).
    #[serde(rename_all = "camelCase")]
    pub struct PasskeyRequestPublicKey {
        /// 32 random bytes, base64url. Good once, for five minutes.
        pub challenge: String,
        /// How long the browser waits, in milliseconds.
        pub timeout: u32,
        /// A host, which the page's host is or is below.
        pub rp_id: String,
        /// `required`: the device makes sure who is there.
        pub user_verification: String,
        /// Which passkeys will do; none for any that the device has for this host.
        pub allow_credentials: Vec<PasskeyDescriptor>,
    }
}

/// What a browser is asked for: a new passkey, or one that signs.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum PasskeyOptions {
    /// For `navigator.credentials.create()`.
    Creation(PasskeyCreationOptions),
    /// For `navigator.credentials.get()`.
    Request(PasskeyRequestOptions),
}

/// Everything that either of them has.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Either {
    public_key: EitherPublicKey,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct EitherPublicKey {
    challenge: String,
    timeout: u32,
    rp: Option<PasskeyRelyingParty>,
    user: Option<PasskeyUser>,
    pub_key_cred_params: Option<Vec<PasskeyAlgorithm>>,
    attestation: Option<String>,
    authenticator_selection: Option<PasskeySelection>,
    #[serde(default)]
    exclude_credentials: Vec<PasskeyDescriptor>,
    rp_id: Option<String>,
    user_verification: Option<String>,
    #[serde(default)]
    allow_credentials: Vec<PasskeyDescriptor>,
}

// Not derived: what serde makes of `untagged` keeps a copy of whatever comes and tries it twice, and a browser would load
// 40 kB of code for that.
impl<'de> serde::Deserialize<'de> for PasskeyOptions {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Either { public_key: read } = serde::Deserialize::deserialize(deserializer)?;
        let EitherPublicKey { challenge, timeout, .. } = read;
        let device = (read.pub_key_cred_params, read.attestation, read.authenticator_selection);
        match (read.rp, read.user, device, read.rp_id, read.user_verification) {
            (
                Some(rp),
                Some(user),
                (Some(pub_key_cred_params), Some(attestation), Some(authenticator_selection)),
                ..,
            ) => {
                let public_key = PasskeyCreationPublicKey {
                    challenge,
                    rp,
                    user,
                    pub_key_cred_params,
                    timeout,
                    attestation,
                    authenticator_selection,
                    exclude_credentials: read.exclude_credentials,
                };
                Ok(Self::Creation(PasskeyCreationOptions { public_key }))
            }
            (.., Some(rp_id), Some(user_verification)) => {
                let allow_credentials = read.allow_credentials;
                let public_key = PasskeyRequestPublicKey {
                    challenge,
                    timeout,
                    rp_id,
                    user_verification,
                    allow_credentials,
                };
                Ok(Self::Request(PasskeyRequestOptions { public_key }))
            }
            _ => Err(serde::de::Error::custom("neither a new passkey nor one that signs")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: &Value) -> Result<PasskeyOptions, serde_json::Error> {
        serde::Deserialize::deserialize(value)
    }

    #[test]
    fn options_are_read_as_what_they_were_written_as() {
        let descriptor = json!({ "type": "public-key", "id": "a", "transports": ["usb"] });
        let creation = json!({ "publicKey": {
            "challenge": "c", "timeout": 1, "attestation": "none",
            "rp": { "id": "example.com", "name": "Example" },
            "user": { "id": "u", "name": "ada", "displayName": "Ada" },
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
            "authenticatorSelection":
                { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
            "excludeCredentials": [descriptor],
        } });
        let request = json!({ "publicKey": {
            "challenge": "c", "timeout": 1, "rpId": "example.com", "userVerification": "required",
            "allowCredentials": [descriptor],
        } });
        let (one, other) = (read(&creation).unwrap(), read(&request).unwrap());
        assert!(matches!(one, PasskeyOptions::Creation(_)), "{one:?}");
        assert!(matches!(other, PasskeyOptions::Request(_)), "{other:?}");
        assert_eq!(
            [serde_json::to_value(one).unwrap(), serde_json::to_value(other).unwrap()],
            [creation, request]
        );
    }

    #[test]
    fn options_of_neither_kind_are_none() {
        let incomplete =
            json!({ "challenge": "c", "timeout": 1, "rp": { "id": "example.com", "name": "Example" } });
        assert!(read(&json!({ "publicKey": incomplete })).is_err());
        assert!(read(&json!({})).is_err());
    }
}
