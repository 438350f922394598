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
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum PasskeyOptions {
    /// For `navigator.credentials.create()`.
    Creation(PasskeyCreationOptions),
    /// For `navigator.credentials.get()`.
    Request(PasskeyRequestOptions),
}
