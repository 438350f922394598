//! Sign-ins that take more than one step, and more than a password.

use super::{Browser, Keyrack, Reply};
use serde_json::{Value, json};

/// The answer of a refusal.
pub fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A code of six digits that is not this one.
pub fn other_than(code: &str, step: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + step) % 1_000_000)
}

impl Browser {
    /// Begins a sign-in of `name`@example.com by what is mailed; the attempt's id.
    pub async fn begins_by_mail(&self, strategy: &str, name: &str) -> String {
        let form = json!({ "strategy": strategy, "email": format!("{name}@example.com") });
        let session = self.post("/auth/signin", form).await.ok();
        session["signin_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Asks for what a sign-in waits for.
    pub async fn asks_to_sign_in(&self, attempt: &str, strategy: &str) -> Reply {
        let form =
            json!({ "attempt_identifier": attempt, "identifier_type": "signin", "strategy": strategy });
        self.post("/auth/prepare-verification", form).await
    }

    /// Types something in a sign-in.
    pub async fn types(&self, attempt: &str, typed: &str) -> Reply {
        self.post("/auth/attempt-verification", typed_form(attempt, typed)).await
    }

    /// The last of the sign-in attempts that it sees.
    pub async fn attempt(&self) -> Value {
        self.session().await["signin_attempts"].as_array().unwrap().last().cloned().unwrap_or_default()
    }

    /// Signs `name`@example.com in by a mailed code.
    pub async fn signs_in_by_code(&self, server: &Keyrack, name: &str) -> Value {
        let attempt = self.begins_by_mail("email_otp", name).await;
        self.asks_to_sign_in(&attempt, "email_otp").await.ok();
        self.types(&attempt, &server.code(name).await).await.ok()
    }
}

pub fn typed_form(attempt: &str, typed: &str) -> Value {
    json!({ "attempt_identifier": attempt, "identifier_type": "signin", "verification_code": typed })
}
