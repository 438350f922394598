//! Attacks by and on the mails that invite (areas B, C, D and K).

use crate::attacks_invitations::tries;
use crate::support::{Keyrack, invitation_form};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn c16_an_invitation_tells_nobody_who_has_an_account() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    server.signed_up("known").await;
    let acme = ada.founds("Acme").await;
    let path = format!("/organizations/{acme}/invitations");
    let mut said = Vec::new();
    for name in ["known", "empty"] {
        let reply = ada.post(&path, invitation_form(name, json!({}))).await;
        let id = reply.ok()["id"].as_str().unwrap().to_owned();
        let (told, token) =
            (server.browser().validates(&server.token(name).await).await, server.token(name).await);
        let mail = server.mails(name).await.pop().unwrap().mail;
        let all = format!("{} {told} {} {}", reply.text, mail.subject, mail.text);
        said.push(all.replace(&id, "ID").replace(&token, "TOKEN").replace(name, "NAME"));
    }
    assert_eq!(said[0], said[1]);
    assert_eq!(server.mails("known").await.len(), 2, "the code and the invitation");
}

#[tokio::test]
async fn c12_the_link_leads_to_the_configured_origin_whatever_the_request_says() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let request = ada.request(reqwest::Method::POST, &format!("/organizations/{acme}/invitations"));
    let request = request
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=evil.example")
        .json(&invitation_form("bob", json!({})));
    ada.send(request).await.ok();
    let mail = server.mails("bob").await.pop().unwrap().mail;
    let base = server.app.sites[0].config.base();
    assert!(mail.link.as_ref().unwrap().starts_with(&format!("{base}/invite?token=org.")), "{:?}", mail.link);
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"));
}

#[tokio::test]
async fn k09_names_in_an_invitation_are_text_and_no_links() {
    let bait = [
        "<a href=\"https://evil.example\">click</a>",
        "evil.com",
        "https://evil.example/x?y",
        "mail me@evil.com now",
        "Acme</p><img src=x onerror=alert(1)>",
        "[click](https://evil.example)",
        "www\u{3002}evil\u{ff0e}com",
    ];
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    for (round, name) in bait.into_iter().enumerate() {
        let acme = ada.founds(name).await;
        let place = ada.founds_in(&acme, name).await;
        let guest = format!("guest{round}");
        ada.invites(&acme, &guest, json!({ "workspace_id": place })).await;
        let mail = server.mails(&guest).await.pop().unwrap().mail;
        assert_eq!(mail.to, format!("{guest}@example.com"));
        let (link, token) = (mail.link.clone().unwrap(), server.token(&guest).await);
        for part in [&mail.subject, &mail.text, &mail.html] {
            let rest = part.replace(&link, "").replace(&token, "").replace(&mail.to, "");
            for word in
                ["evil.com", "evil.example", "evil\u{ff0e}com", "\u{3002}evil", "://", "@evil", "mailto:"]
            {
                assert!(!rest.contains(word), "{name:?}: {word} in {part}");
            }
        }
        for tag in ["<a href=\"https://evil", "<img", "</p><img", "onerror=alert(1)>"] {
            assert!(!mail.html.contains(tag), "{name:?}: {}", mail.html);
        }
        assert_eq!(mail.html.matches("<a ").count(), 1, "{}", mail.html);
        assert!(!mail.subject.contains('\n') && mail.subject.chars().count() < 200);
    }
}

#[tokio::test]
async fn k10_line_breaks_get_into_no_invitation() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    for hidden in
        ["\r\nBcc: eve@evil.example", "\n", "\u{2028}x", "%0d%0aBcc: eve@evil.example", ", eve@evil.example"]
    {
        for email in [format!("bob{hidden}@example.com"), format!("bob@example.com{hidden}x")] {
            let reply =
                ada.post(&format!("/organizations/{acme}/invitations"), json!({ "email": email })).await;
            assert_eq!(reply.refused(), refused(400, "invalid_email"), "{email:?}");
        }
    }
    assert_eq!(ada.invitations(&acme).await, Vec::<Value>::new());
}

#[tokio::test]
async fn d12_nobody_is_buried_in_invitations() {
    let server = Keyrack::start().await;
    let mut sent = 0;
    for round in 0..8 {
        let inviter = server.signed_up(&format!("inviter{round}")).await;
        let place = inviter.founds("Acme").await;
        let reply = inviter
            .post(&format!("/organizations/{place}/invitations"), invitation_form("bob", json!({})))
            .await;
        match reply.status {
            200 => sent += 1,
            _ => {
                assert_eq!(reply.refused(), refused(429, "too_many_attempts"));
                assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() <= 3_600);
                assert_eq!(inviter.invitations(&place).await, Vec::<Value>::new());
            }
        }
    }
    assert_eq!((sent, server.mails("bob").await.len()), (5, 5));
    // One user's hundred are used up by whatever is sent, new or anew.
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    for n in 0..100 {
        ada.invites(&acme, &format!("guest{n}"), json!({})).await;
    }
    let path = format!("/organizations/{acme}/invitations");
    let more = ada.post(&path, invitation_form("guest100", json!({}))).await;
    assert_eq!(more.refused(), refused(429, "too_many_attempts"));
    server.advance(60 * MINUTE);
    ada.invites(&acme, "guest100", json!({})).await;
}

#[tokio::test]
async fn b03_a_token_opens_nothing_but_its_invitation() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    let attempt = bob.begins_sign_up("cyd").await;
    bob.asks_for_code(&attempt).await.ok();
    assert_eq!(bob.enters_code(&attempt, &token).await.refused().1, "INVALID_CODE");
    let code = server.code("cyd").await;
    let key = bob.credential().unwrap().split('~').next().unwrap().split_once('.').unwrap().1.to_owned();
    for other in [code.clone(), key, bob.credential().unwrap()] {
        let text: String = other.chars().take(200).collect();
        assert_eq!(tries(&bob, &text).await, "INVITATION_INVALID");
    }
    let fresh = server.browser();
    fresh.hold(Some(token.clone()));
    assert_eq!(fresh.session().await["id"], "");
    bob.enters_code(&attempt, &code).await.ok();
    assert_eq!(tries(&bob, &token).await, "in");
}
