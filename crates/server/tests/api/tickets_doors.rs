//! Every secret that opens something once, at every door (B03); and what whoever acts as somebody else is refused (B07).

use crate::device;
use crate::recovery::{resets, token_of};
use crate::support::{Browser, Keyrack, Operator, Reply, refused};
use keyrack_server::app;
use reqwest::Method;
use serde_json::{Value, json};

const APP: &str = "http://127.0.0.1:3999";

/// Where a secret is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Ticket,
    Handshake,
    Device,
    DeviceCode,
    Link,
    Reset,
    Invitation,
    Backend,
    Session,
    Token,
    Captcha,
}

impl Door {
    const ALL: [Self; 11] = [
        Self::Ticket,
        Self::Handshake,
        Self::Device,
        Self::DeviceCode,
        Self::Link,
        Self::Reset,
        Self::Invitation,
        Self::Backend,
        Self::Session,
        Self::Token,
        Self::Captcha,
    ];

    /// Whether it opened, with this secret, to somebody who is signed in as Bob.
    async fn opens(self, server: &Keyrack, bob: &Browser, secret: &str) -> bool {
        let stranger = server.browser();
        let answered = |reply: Reply| reply.status == 200;
        match self {
            Self::Ticket => answered(stranger.exchanges(secret).await),
            Self::Handshake => {
                let body =
                    json!({ "code": secret, "code_verifier": crate::handshake::VERIFIER, "origin": APP });
                let request = reqwest::Client::new().post(format!("{}/handshake/exchange", server.base));
                request.json(&body).send().await.unwrap().status() == 200
            }
            Self::Device => answered(device::polls(server, secret).await),
            Self::DeviceCode => answered(device::types(bob, "/device/confirm", secret).await),
            Self::Link => {
                // Its attempt is what stands before the secret, where it says one.
                let attempt = secret.split(['.', '~']).next().unwrap_or_default();
                let body = json!({ "token": secret, "attempt": attempt, "here": true });
                answered(stranger.post("/auth/verify-magic-link", body).await)
            }
            Self::Reset => answered(resets(&stranger, secret, "another good phrase").await),
            Self::Invitation => bob.accepts(secret).await["error_code"].is_null(),
            Self::Backend => {
                server.backend_with(secret.to_owned()).get("/admin/v1/users").await.status == 200
            }
            Self::Session => {
                stranger.hold(Some(secret.to_owned()));
                !stranger.accounts().await.is_empty()
            }
            Self::Token => {
                let request = stranger.request(Method::GET, "/me").bearer_auth(secret);
                stranger.send(request).await.status == 200
            }
            Self::Captcha => {
                let body = json!({ "token": secret, "solutions": [] });
                stranger.post("/captcha/redeem", body).await.json()["success"] == true
            }
        }
    }
}

/// Every secret that there is, with the door that it opens.
async fn secrets(server: &Keyrack, ada: &Browser) -> Vec<(&'static str, Door, String)> {
    let backend = server.vouching().await;
    let user = ada.user_id().await;
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    let invitation = server.token("bob").await;
    let reset = token_of(server, "ada").await;
    let waiting = device::begins(server).await;
    device::types(ada, "/device/confirm", &waiting.user_code).await.ok();
    let unconfirmed = device::begins(server).await;
    let handover = json!({ "kind": "handover", "sign_in_id": ada.sign_in_id().await });
    vec![
        ("a token", Door::Token, ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned()),
        ("an invitation", Door::Invitation, invitation),
        ("what a program asks with", Door::Device, waiting.device_code),
        ("the code of a program", Door::DeviceCode, unconfirmed.user_code),
        ("the code of a handshake", Door::Handshake, crate::handshake::code(server, ada, APP).await),
        ("a ticket", Door::Ticket, backend.ticket_for(&user).await),
        ("a ticket to act", Door::Ticket, backend.ticket_to_act_as(&user).await),
        ("a hand-over", Door::Ticket, backend.ticket(handover).await),
        ("a credential", Door::Session, ada.credential().unwrap()),
        ("a key", Door::Backend, server.api_key(&["users:read"]).await),
        ("a reset", Door::Reset, reset),
    ]
}

#[tokio::test]
async fn b03_every_secret_opens_its_own_door_and_no_other_and_a_wrong_door_uses_nothing_up() {
    let server = Keyrack::start_with(|deployment| {
        deployment.mode = keyrack_server::config::Mode::Production;
        deployment.allowed_origins.push(APP.to_owned());
        deployment.impersonation.enabled = true;
        deployment.max_sessions_per_account = 50;
    })
    .await;
    let ada = server.signed_up("ada").await;
    let bob = server.signed_up("bob").await;
    let all = secrets(&server, &ada).await;
    let mut wrong = Vec::new();
    for (name, own, secret) in &all {
        // Eight letters are typed there, and after nine wrong ones nothing is: what is far longer is no try.
        let is_typed = |door: &Door| *door != Door::DeviceCode || secret.len() < 40;
        for door in Door::ALL.into_iter().filter(|door| door != own && is_typed(door)) {
            if door.opens(&server, &bob, secret).await {
                wrong.push(format!("{name} at {door:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    for (name, own, secret) in &all {
        // A token is for the application's backends: here it opens nothing at all.
        let expected = *own != Door::Token;
        assert_eq!(own.opens(&server, &bob, secret).await, expected, "{name} at its own door");
    }
}

#[tokio::test]
async fn b05_a_ticket_is_worth_nothing_once_its_user_is_disabled_the_key_has_expired_or_the_password_was_reset()
 {
    let server = Keyrack::start().await;
    let new = json!({ "name": "short", "scopes": ["tickets:sign_in"], "expires_in_ms": 100_000 });
    let made = Operator(&server).ask(Method::POST, "/api-keys", new).await.ok();
    let short = server.backend_with(made["secret"].as_str().unwrap().to_owned());
    let (backend, user) = (server.vouching().await, server.signed_up("ada").await.user_id().await);
    let [early, late] = [short.ticket_for(&user).await, short.ticket_for(&user).await];
    server.advance(99_999);
    server.browser().exchanges(&early).await.ok();
    server.advance(1);
    assert_eq!(server.browser().exchanges(&late).await.refused(), refused(404, "ticket_not_found"));

    let open = backend.ticket_for(&user).await;
    let token = token_of(&server, "ada").await;
    resets(&server.browser(), &token, "another good phrase").await.ok();
    assert_eq!(server.browser().exchanges(&open).await.refused(), refused(404, "ticket_not_found"));

    let open = backend.ticket_for(&user).await;
    Operator(&server).post(&format!("/users/{user}/disable")).await.ok();
    let while_disabled = server.browser().exchanges(&open).await;
    assert_eq!(while_disabled.refused(), refused(404, "ticket_not_found"));
    let order = json!({ "kind": "sign_in", "user_id": user });
    assert_eq!(backend.post("/admin/v1/tickets", order).await.refused(), refused(403, "USER_DISABLED"));
}

/// What whoever acts as somebody else may do of what changes something of the account or the sign-in.
const MAY: &[&str] = &[
    // Reads, by the verb of older clients; and ends the sign-in in which they act.
    "getMySignInsByPost",
    "signOutElsewhere",
    "signOut",
    // Where they stand, and nobody else.
    "switchSignIn",
    "switchSignInByPut",
    "switchOrganization",
    "switchOrganizationByPut",
    "switchWorkspace",
    "switchWorkspaceByPut",
    // A ticket for somebody else: another sign-in.
    "exchangeTicket",
    "exchangeTicketByGet",
];

/// What would be a good answer to a field, so that nothing but who asks is wrong.
fn good(field: &str) -> Value {
    match field {
        "method" => json!("email_otp"),
        "availability" => json!("away"),
        "archived" | "starred" => json!(true),
        "password" | "new_password" => json!("another good phrase"),
        "code_challenge" => json!("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        "redirect_uri" => json!("http://127.0.0.1:51004/callback"),
        "image" | "picture" | "file" => json!(crate::pictures::in_base64()),
        "email" => json!("jane@example.com"),
        "phone_number" => json!("+14155552672"),
        _ => json!("x"),
    }
}

#[tokio::test]
async fn b07_of_everything_that_changes_an_account_whoever_acts_as_its_owner_may_do_nothing() {
    let server = Keyrack::impersonating().await;
    let ada = server.signed_up("ada").await;
    let (email, phone) = (ada.adds_address("other").await, ada.adds_number("+14155552671").await);
    let jane = server.browser();
    jane.exchanges(&server.vouching().await.ticket_to_act_as(&ada.user_id().await).await).await.ok();
    let (own, before) = (jane.sign_in_id().await, ada.get("/me").await.ok());
    let concerns =
        |path: &str| ["/me", "/session/", "/notifications"].iter().any(|begin| path.starts_with(begin));
    let (id, mut tried, mut wrong) = ("0".repeat(26), 0, Vec::new());
    for it in app::operations().iter().filter(|it| it.browser && it.backend.is_none() && concerns(it.path)) {
        if MAY.contains(&it.id) || it.method == Method::GET.as_str() && it.id != "exportMe" {
            continue;
        }
        let filled = |part: &str| match part {
            "{sign_in_id}" => own.clone(),
            "{email_address_id}" => email.clone(),
            "{phone_number_id}" => phone.clone(),
            part => part.strip_prefix('{').map_or(part.to_owned(), |name| format!("{}_{id}", &name[..3])),
        };
        let path = it.path.split('/').map(filled).collect::<Vec<_>>().join("/");
        let request = jane.request(Method::from_bytes(it.method.as_str().as_bytes()).unwrap(), &path);
        let said: Value = match it.path {
            "/me" => json!({ "first_name": "Jane" }),
            _ => it
                .fields
                .unwrap_or_default()
                .iter()
                .map(|field| (field.name.to_owned(), good(field.name)))
                .collect(),
        };
        let request = if it.fields.is_some() { request.json(&said) } else { request };
        let reply = jane.send(request).await;
        if reply.status != 403 || reply.refused() != refused(403, "impersonation_forbidden") {
            wrong.push(format!("{}: {}", it.id, reply.text));
        }
        tried += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tried >= 30, "{tried}");
    assert_eq!(ada.get("/me").await.ok(), before);
    assert_eq!(jane.accounts().await, ["ada*"]);
}
