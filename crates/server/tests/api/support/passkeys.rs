//! Servers whose address has a name, and what people do with their devices there.

use super::authenticator::{Authenticator, HONEST};
use super::{Browser, Keyrack, Reply};
use keyrack_server::config::{Deployment, Origin};
use serde_json::{Value, json};

/// Gives a deployment a name: browsers bind passkeys to no address.
pub fn named(deployment: &mut Deployment) {
    let address = deployment.origin.to_string();
    deployment.origin = Origin { host: "localhost".to_owned(), ..deployment.origin.clone() };
    deployment.hosts.push("localhost".to_owned());
    deployment.allowed_origins = vec![deployment.origin.to_string(), address];
    deployment.auth.passkey.enabled = true;
}

/// As `toJSON()` writes what a device signed.
pub fn nested(flat: &Value) -> Value {
    let names = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
    let response = names.into_iter().map(|name| (name.to_owned(), flat[name].clone()));
    json!({ "id": flat["id"], "rawId": flat["id"], "type": "public-key",
        "response": response.collect::<serde_json::Map<_, _>>(), "clientExtensionResults": {} })
}

impl Keyrack {
    /// One whose address has a name.
    pub async fn with_passkeys() -> Self {
        Self::start_with(named).await
    }

    /// The same behind a proxy that says whom it speaks for.
    pub async fn with_passkeys_behind_a_proxy() -> Self {
        Self::start_configured(|config| {
            named(&mut config.deployments[0]);
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        })
        .await
    }

    /// A new device, used on the server's own pages.
    pub fn device(&self) -> Authenticator {
        Authenticator::new(&self.app.sites[0].config.origin.to_string())
    }
}

impl Browser {
    /// Asks for a new passkey.
    pub async fn asks_for_passkey(&self) -> Value {
        self.post("/me/passkeys/register/begin", json!({})).await.ok()
    }

    /// Sends what a device made.
    pub async fn keeps_passkey(&self, made: Value) -> Reply {
        self.post("/me/passkeys/register/finish", made).await
    }

    /// Makes a passkey on a device, all the way.
    pub async fn makes_passkey(&self, device: &mut Authenticator) -> Value {
        let options = self.asks_for_passkey().await;
        self.keeps_passkey(device.create(&options, &HONEST)).await.ok()
    }

    /// The passkeys of whoever is signed in.
    pub async fn passkeys(&self) -> Vec<Value> {
        self.get("/me/passkeys").await.ok().as_array().unwrap().clone()
    }

    /// Begins a sign-in with whatever passkey there is.
    pub async fn begins_with_passkey(&self) -> Value {
        self.post("/auth/passkey/login/begin", json!({})).await.ok()
    }

    /// Sends what a passkey signed.
    pub async fn enters_with(&self, signed: Value) -> Reply {
        self.post("/auth/passkey/login/finish", signed).await
    }

    /// Signs in with a device, all the way; gives the session.
    pub async fn signs_in_with(&self, device: &mut Authenticator) -> Value {
        let options = self.begins_with_passkey().await;
        self.enters_with(device.get(&options, &HONEST)).await.ok()
    }
}
