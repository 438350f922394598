//! Keys of passkeys, each seen at work.

use crate::keys::cases;
use crate::support::Keyrack;
use serde_json::{Value, json};

const NAMED: [(&str, &str); 2] = [
    ("deployment.origin", "\"https://auth.example.com\""),
    ("deployment.hosts", "[\"auth.example.com\", \"127.0.0.1\"]"),
];

/// A server whose address has a name, with passkeys and these keys.
async fn with(keys: &[(&str, &str)]) -> Keyrack {
    let on = [("deployment.auth.passkey.enabled", "true")];
    Keyrack::from_file(&[&NAMED[..], &on, keys].concat()).await
}

async fn published(server: &Keyrack) -> Value {
    server.browser().get("/deployment").await.ok()["auth_settings"]["passkey"].clone()
}

cases! {
    "deployment.auth.passkey.enabled": async fn passkeys_are_asked_for_where_there_are_some() {
        for (keys, status) in [(&NAMED[..], 403), (&[NAMED[0], NAMED[1], (KEY, "true")], 200), (&[NAMED[0], NAMED[1], (KEY, "false")], 403)] {
            let server = Keyrack::from_file(keys).await;
            assert_eq!(server.browser().post("/auth/passkey/login/begin", json!({})).await.status, status);
            assert_eq!(published(&server).await["enabled"], status == 200);
        }
    }
    "deployment.auth.passkey.rp_id": async fn passkeys_are_bound_to_the_host_that_is_named() {
        for (keys, host) in [(&[][..], "example.com"), (&[(KEY, "\"auth.example.com\"")], "auth.example.com")] {
            let server = with(keys).await;
            let options = server.browser().begins_with_passkey().await;
            assert_eq!(options["options"]["publicKey"]["rpId"], host);
            let options = server.signed_up("ada").await.asks_for_passkey().await;
            assert_eq!(options["options"]["publicKey"]["rp"]["id"], host);
        }
    }
    "deployment.auth.passkey.prompt_after_sign_in": async fn pages_are_told_to_ask_for_a_passkey_after_a_sign_in() {
        assert_eq!(published(&with(&[]).await).await["prompt_registration_on_auth"], false);
        assert_eq!(published(&with(&[(KEY, "true")]).await).await["prompt_registration_on_auth"], true);
    }
    "deployment.auth.passkey.autofill": async fn pages_are_told_whether_to_offer_passkeys_in_their_forms() {
        assert_eq!(published(&with(&[]).await).await["allow_autofill"], true);
        assert_eq!(published(&with(&[(KEY, "false")]).await).await["allow_autofill"], false);
    }
}
