//! Sign-ins that take more than one step, and more than a password.

use super::{Browser, Keyrack, Reply};
use keyrack_server::id::PhoneNumberId;
use keyrack_server::world::CapturedSms;
use keyrack_server::{outbox, params};
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

impl Browser {
    /// Begins a sign-in by a phone number, as somebody typed it.
    pub async fn begins_by_phone(&self, phone: &str) -> String {
        let session =
            self.post("/auth/signin", json!({ "strategy": "phone_otp", "phone": phone })).await.ok();
        session["signin_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }
}

impl Keyrack {
    /// Gives `name`@example.com a proved phone number.
    pub async fn has_phone(&self, name: &str, phone: &str) {
        let deployment = self.app.sites[0].config.id.clone();
        let (email, phone) = (format!("{name}@example.com"), phone.to_owned());
        let id = PhoneNumberId::draw(&self.app.world).to_string();
        let added = self.app.db.write(move |tx| {
            tx.execute(
                "insert into phone_numbers (id, deployment_id, user_id, phone, is_primary, verified_at, created_at, updated_at)
                 select $1, $2, user_id, $3, 1, 1, 1, 1 from email_addresses where deployment_id = $2 and email = $4",
                params![&id, &deployment, &phone, &email],
            )
        });
        assert_eq!(added.await.unwrap(), 1);
    }

    /// The text messages to a number, oldest first.
    pub async fn texts(&self, phone: &str) -> Vec<CapturedSms> {
        outbox::deliver_due(&self.app).await.unwrap();
        let mut texts = self.app.world.sms.captured_messages();
        texts.retain(|text| text.sms.to == phone);
        texts
    }

    /// The code in the newest text message to a number.
    pub async fn texted_code(&self, phone: &str) -> String {
        self.texts(phone).await.pop().and_then(|text| text.sms.code).expect("a text message with a code")
    }
}
