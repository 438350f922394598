//! Somebody whose sign-in is about to end, in each of the ways in which one does.

use crate::device;
use crate::ends::End;
use crate::handover::hands_over;
use crate::handshake;
use crate::recovery::{resets, token_of};
use crate::support::{Backend, Browser, Keyrack, Operator, PASSWORD, Reply, refused, sign_in_form};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};

const APP: &str = "http://127.0.0.1:3999";
const DAY: i64 = 24 * 3_600_000;

/// Ada, who is signed in in two browsers; what ends is her sign-in in the first, or that of somebody who acts as her.
pub struct Scene {
    pub server: Keyrack,
    backend: Backend,
    /// Where the sign-in is that ends.
    pub victim: Browser,
    /// Another browser of Ada's.
    pub other: Browser,
    user: String,
    pub sign_in: String,
    session: String,
}

/// What the sign-in had handed out before it ended.
pub struct HandedOut {
    /// A code for the application's server.
    handshake: String,
    /// What a program asks with that Ada has let in.
    device_code: String,
    /// A ticket for another sign-in beside this one.
    ticket: String,
}

impl Scene {
    pub async fn set(end: End) -> Self {
        let server = Keyrack::start_with(|deployment| {
            deployment.mode = Mode::Production;
            deployment.allowed_origins.push(APP.to_owned());
            deployment.impersonation.enabled = true;
        })
        .await;
        let scopes =
            ["users:read", "users:write", "sessions:write", "revocations:read", "tickets:impersonate"];
        let backend = server.backend(&[&scopes[..], &["tickets:handover", "audit:read"]].concat()).await;
        let first = server.signed_up("ada").await;
        server.advance(1_000);
        let other = server.signed_in("ada").await;
        let user = other.user_id().await;
        let victim = match end {
            End::KeyRevoked => {
                let jane = server.browser();
                jane.exchanges(&backend.ticket_to_act_as(&user).await).await.ok();
                jane
            }
            // The answer that has its key gets lost on the way to the page.
            End::Superseded => {
                first.post("/session/sign-out", json!({})).await.ok();
                first.begins_sign_up("bob").await;
                let form = sign_in_form("ada", PASSWORD);
                let reply =
                    first.send_and_lose(first.request(Method::POST, "/auth/signin").json(&form)).await;
                let lost = first.copied();
                lost.take(&reply);
                lost
            }
            _ => first.copied(),
        };
        let (sign_in, session) = (victim.sign_in_id().await, victim.session().await["id"].clone());
        let session = session.as_str().unwrap().to_owned();
        Self { server, backend, victim, other, user, sign_in, session }
    }

    pub async fn hands_out(&self) -> HandedOut {
        let handshake = handshake::code(&self.server, &self.victim, APP).await;
        let waiting = device::begins(&self.server).await;
        device::types(&self.victim, "/device/confirm", &waiting.user_code).await.ok();
        let made = hands_over(&self.victim, "http://127.0.0.1:51004/callback").await.ok();
        let ticket = made["ticket"].as_str().unwrap().to_owned();
        HandedOut { handshake, device_code: waiting.device_code, ticket }
    }

    async fn operator(&self, path: &str) -> Reply {
        Operator(&self.server).post(path).await
    }

    pub async fn ends_so(&self, end: End) {
        let (here, other, user) = (self.victim.copied(), &self.other, &self.user);
        let (backend, sign_in, session) = (&self.backend, &self.sign_in, &self.session);
        let users = format!("/admin/v1/users/{user}");
        let by_backend = async |path: &str| drop(backend.post(path, json!({})).await.bare());
        match end {
            End::SignedOutOfOne => {
                drop(here.post("/session/sign-out", json!({ "sign_in_id": sign_in })).await.ok());
            }
            End::SignedOutOfAll => drop(here.post("/session/sign-out", json!({})).await.ok()),
            End::Idle => self.server.advance(7 * DAY),
            End::TooOld => self.grows_old().await,
            End::Superseded => self.signs_in_again().await,
            End::OwnInTheList => drop(here.post(&self.list(), json!({})).await.ok()),
            End::Elsewhere => drop(other.post(&self.list(), json!({})).await.ok()),
            End::AllOthers => drop(other.post("/me/signins/signout-others", json!({})).await.ok()),
            End::PasswordChanged => {
                let change = json!({ "current_password": PASSWORD, "new_password": "another good phrase" });
                other.post("/me/update-password", change).await.ok();
            }
            End::PasswordReset => {
                let token = token_of(&self.server, "ada").await;
                resets(&self.server.browser(), &token, "another good phrase").await.ok();
            }
            End::AddressProvedBySomebodyElse => {
                other.adds_address("bob").await;
                self.server.signed_up("bob").await;
            }
            End::DeletionAsked => {
                other.post("/me/account/delete", json!({ "password": PASSWORD })).await.ok();
            }
            End::Crowded => self.crowds().await,
            End::CrowdedByAHandOver => self.crowds_by_hand_over().await,
            End::SignInByOperator => drop(self.operator(&format!("/sessions/{sign_in}/end")).await.ok()),
            End::SessionByOperator => drop(self.operator(&format!("/sessions/{session}/end")).await.ok()),
            End::UserByOperator => drop(self.operator(&format!("/users/{user}/end-sessions")).await.ok()),
            End::FactorsByOperator => drop(self.operator(&format!("/users/{user}/reset-factors")).await.ok()),
            End::DisabledByOperator => drop(self.operator(&format!("/users/{user}/disable")).await.ok()),
            End::DeletedByOperator => {
                let path = format!("/users/{user}");
                Operator(&self.server).ask(Method::DELETE, &path, json!({})).await.ok();
            }
            End::SignInByBackend => by_backend(&format!("/admin/v1/sign-ins/{sign_in}/end")).await,
            End::SessionByBackend => by_backend(&format!("/admin/v1/sessions/{session}/end")).await,
            End::UserByBackend => by_backend(&format!("{users}/end-sessions")).await,
            End::FactorsByBackend => by_backend(&format!("{users}/reset-factors")).await,
            End::DisabledByBackend => by_backend(&format!("{users}/disable")).await,
            End::DeletedByBackend => drop(backend.delete(&users).await.bare()),
            End::KeyRevoked => {
                let id = &backend.key["sk_live_".len()..][..26];
                self.operator(&format!("/api-keys/apk_{id}/revoke")).await.ok();
            }
        }
    }

    fn list(&self) -> String {
        format!("/me/signins/{}/signout", self.sign_in)
    }

    /// Used again and again, until it is as old as one gets.
    async fn grows_old(&self) {
        for _ in 0..5 {
            self.server.advance(6 * DAY);
            self.victim.copied().session().await;
        }
    }

    async fn signs_in_again(&self) {
        let again = self.victim.copied();
        // What the page has is the credential of before.
        let before = again.credential().unwrap();
        let without = before.split('~').filter(|key| !key.starts_with(&self.sign_in)).collect::<Vec<_>>();
        again.hold(Some(without.join("~")));
        again.sign_in("ada", PASSWORD).await.ok();
    }

    /// Signs Ada in on as many further browsers as she may.
    async fn crowds(&self) {
        for _ in 0..self.server.app.sites[0].config.max_sessions_per_account - 1 {
            self.server.advance(1);
            self.server.signed_in("ada").await;
        }
    }

    /// The last of them by a ticket.
    async fn crowds_by_hand_over(&self) {
        for _ in 0..self.server.app.sites[0].config.max_sessions_per_account - 2 {
            self.server.advance(1);
            self.server.signed_in("ada").await;
        }
        let order = json!({ "kind": "handover", "sign_in_id": self.other.sign_in_id().await });
        self.server.advance(1);
        self.server.browser().exchanges(&self.backend.ticket(order).await).await.ok();
    }

    /// That nothing of it is left, whatever is asked with the credential of before.
    pub async fn is_over(&self, end: End, handed: Option<&HandedOut>) {
        let kept = self.victim.copied();
        let session = kept.get("/session").await.ok();
        assert!(!session["signins"].to_string().contains(&self.sign_in), "{end:?}: {session}");
        for path in ["/session/token", "/session/token?template=default", "/me", "/me/signins", "/me/export"]
        {
            assert_eq!(kept.get(path).await.refused(), refused(401, "signed_out"), "{end:?}: {path}");
        }
        let back = json!({ "sign_in_id": self.sign_in });
        assert_eq!(kept.post("/session/switch-sign-in", back).await.refused().0, 404, "{end:?}");
        let page = hands_over(&kept, "http://127.0.0.1:51004/callback").await;
        assert_eq!(page.refused(), refused(401, "signed_out"), "{end:?}");
        let Some(handed) = handed else { return };
        let body = json!({ "code": handed.handshake, "code_verifier": handshake::VERIFIER, "origin": APP });
        let request =
            reqwest::Client::new().post(format!("{}/handshake/exchange", self.server.base)).json(&body);
        let told = Reply::read(request.send().await.unwrap()).await;
        assert_eq!(told.refused().1, "handshake_code_invalid", "{end:?}");
        let polled = device::polls(&self.server, &handed.device_code).await;
        assert!(
            polled.status >= 400 && polled.header("x-keyrack-session").is_none(),
            "{end:?}: {}",
            polled.text
        );
        let body = json!({ "ticket": handed.ticket, "code_verifier": handshake::VERIFIER });
        let exchanged = self.server.browser().post("/session/ticket/exchange", body).await;
        let (_, code) = exchanged.refused();
        assert!(["ticket_not_found", "ticket_expired"].contains(&&*code), "{end:?}: {code}");
    }

    /// The reasons on record for its end.
    pub async fn recorded(&self) -> Vec<String> {
        let records = Operator(&self.server).get("/audit?event=sign_in_ended&limit=100").await.ok();
        let of_it = |it: &&Value| it["sign_in_id"] == self.sign_in;
        let items = records["items"].as_array().unwrap().iter().filter(of_it);
        items.map(|it| it["reason"].as_str().unwrap().to_owned()).collect()
    }
}
