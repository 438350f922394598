//! What a person does with the own account.

use super::{Browser, Keyrack, PASSWORD, Reply};
use serde_json::{Value, json};

impl Keyrack {
    /// The code in the newest message to this number.
    pub async fn code_to(&self, number: &str) -> String {
        self.texted_code(number).await
    }
}

impl Browser {
    /// Proves again who it is, by the password.
    pub async fn proves_again(&self) {
        let body = json!({ "method": "password", "password": PASSWORD });
        self.post("/session/reauthenticate", body).await.ok();
    }

    /// Adds `name`@example.com to its account, unverified; gives its id.
    pub async fn adds_address(&self, name: &str) -> String {
        let email = json!({ "email": format!("{name}@example.com") });
        let added = self.post("/me/email-addresses", email).await.ok();
        added["id"].as_str().unwrap().to_owned()
    }

    /// Asks for a code for the address with this id.
    pub async fn asks_for_address_code(&self, id: &str) -> Value {
        self.post(&format!("/me/email-addresses/{id}/prepare-verification"), json!({})).await.ok()
    }

    /// Enters a code for the address with this id.
    pub async fn verifies_address(&self, id: &str, code: &str) -> Reply {
        let path = format!("/me/email-addresses/{id}/attempt-verification");
        self.post(&path, json!({ "code": code })).await
    }

    /// Adds `name`@example.com to its account and verifies it; gives its id.
    pub async fn also_has(&self, server: &Keyrack, name: &str) -> String {
        let id = self.adds_address(name).await;
        self.asks_for_address_code(&id).await;
        self.verifies_address(&id, &server.code(name).await).await.ok();
        id
    }

    /// Adds a phone number to its account, unverified; gives its id.
    pub async fn adds_number(&self, number: &str) -> String {
        let added = self.post("/me/phone-numbers", json!({ "phone_number": number })).await.ok();
        added["id"].as_str().unwrap().to_owned()
    }

    /// The addresses of its account, oldest first: `*` for the primary one, `?` for one that is not verified.
    pub async fn addresses(&self) -> Vec<String> {
        let all = self.get("/me/email-addresses").await.ok();
        let name = |one: &Value| {
            let name = one["email"].as_str().unwrap().split('@').next().unwrap();
            let mark = if one["is_primary"] == true { "*" } else { "" };
            let doubt = if one["verified"] == true { "" } else { "?" };
            format!("{name}{mark}{doubt}")
        };
        all.as_array().unwrap().iter().map(name).collect()
    }
}
