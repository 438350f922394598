//! Keys of how long what is over stays: each kind is there until its period is over, and gone then.

use crate::keys::cases;
use crate::support::{Keyrack, PASSWORD};
use keyrack_server::outbox::deliver_due;
use keyrack_server::sweep;
use serde_json::json;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A kind of rows: how one comes to be that is over at that very moment, and how many there are.
struct Kind<Make> {
    make: Make,
    count: &'static str,
}

/// With the key at `value`, which is `period` ms, what is over stays for exactly so long; without it longer.
async fn stays<Make: AsyncFn(&Keyrack)>(key: &str, (value, period): (&str, i64), kind: Kind<Make>) {
    stays_beside(&[], key, (value, period), kind).await;
}

/// The same where more is set.
async fn stays_beside<Make: AsyncFn(&Keyrack)>(
    more: &[(&str, &str)],
    key: &str,
    (value, period): (&str, i64),
    kind: Kind<Make>,
) {
    let rows = async |server: &Keyrack| {
        sweep::run_once(&server.app).await.unwrap();
        server.count(kind.count).await
    };
    let server = Keyrack::from_file(&[more, &[(key, value)]].concat()).await;
    (kind.make)(&server).await;
    assert!(rows(&server).await > 0, "{key}: it was deleted at once");
    server.advance(period);
    assert!(rows(&server).await > 0, "{key}: it was deleted before its time");
    server.advance(1);
    assert_eq!(rows(&server).await, 0, "{key}: it stays");
    let silent = Keyrack::from_file(more).await;
    (kind.make)(&silent).await;
    silent.advance(period + 1);
    assert!(rows(&silent).await > 0, "{key}: the case sets its default");
}

/// Somebody signed up and out; their credential would have lived on.
async fn signs_out(server: &Keyrack) {
    server.signed_up("ada").await.post("/session/sign-out", json!({})).await.ok();
}

/// Somebody began to sign up, and asked for a code.
async fn asks_for_code(server: &Keyrack) {
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
}

cases! {
    "deployment.retention.sessions": async fn an_ended_session_stays_after_its_credential_expired() {
        let make = async |server: &Keyrack| {
            signs_out(server).await;
            // The sign-in goes first: it ended long ago.
            server.advance(30 * DAY - 1);
            sweep::run_once(&server.app).await.unwrap();
            server.advance(1);
        };
        let count = "select count(*) from sessions where deployment_id = $1";
        stays(KEY, ("\"2 hours\"", 2 * HOUR), Kind { make, count }).await;
    }
    "deployment.retention.sign_ins": async fn a_sign_in_that_ended_stays() {
        let count = "select count(*) from sign_ins where deployment_id = $1";
        stays(KEY, ("\"3 hours\"", 3 * HOUR), Kind { make: signs_out, count }).await;
    }
    "deployment.retention.attempts": async fn a_sign_up_that_nobody_finished_stays() {
        let make = async |server: &Keyrack| {
            asks_for_code(server).await;
            server.advance(30 * MINUTE);
        };
        let count = "select count(*) from attempts where deployment_id = $1";
        stays(KEY, ("\"4 hours\"", 4 * HOUR), Kind { make, count }).await;
    }
    "deployment.retention.codes": async fn a_code_that_expired_stays() {
        let make = async |server: &Keyrack| {
            asks_for_code(server).await;
            server.advance(10 * MINUTE);
        };
        let count = "select count(*) from one_time_secrets where deployment_id = $1";
        stays(KEY, ("\"45 minutes\"", 45 * MINUTE), Kind { make, count }).await;
    }
    "deployment.retention.mails": async fn a_mail_that_was_sent_stays() {
        let make = async |server: &Keyrack| {
            asks_for_code(server).await;
            deliver_due(&server.app).await.unwrap();
        };
        let count = "select count(*) from outbox where deployment_id = $1 and state = 'sent'";
        stays(KEY, ("\"5 hours\"", 5 * HOUR), Kind { make, count }).await;
    }
    "deployment.retention.counts": async fn what_is_counted_in_an_hour_or_a_day_stays() {
        let make = async |server: &Keyrack| {
            assert_eq!(server.browser().sign_in("nobody", PASSWORD).await.status, 401);
        };
        let count = "select count(*) from throttles where deployment_id = $1 and kind = 'address'";
        stays(KEY, ("\"1 day\"", DAY), Kind { make, count }).await;
    }
    "deployment.retention.guesses": async fn wrong_passwords_at_an_identifier_stay() {
        let make = async |server: &Keyrack| {
            assert_eq!(server.browser().sign_in("nobody", PASSWORD).await.status, 401);
        };
        let count = "select count(*) from throttles where deployment_id = $1 and kind in ('password', 'nobody')";
        stays(KEY, ("\"1 day\"", DAY), Kind { make, count }).await;
    }
    "deployment.retention.notifications": async fn a_notification_stays() {
        let make = async |server: &Keyrack| {
            let ada = server.signed_up("ada").await;
            server.tells(&ada.user_id().await, None, 1).await;
            let [told] = ada.inbox("").await.try_into().unwrap();
            assert!(told["expires_at"].is_string());
        };
        let count = "select count(*) from notifications where deployment_id = $1";
        stays(KEY, ("\"2 days\"", 2 * DAY), Kind { make, count }).await;
    }
    "deployment.retention.account_grace": async fn an_account_that_is_to_be_deleted_stays() {
        let make = async |server: &Keyrack| {
            let ada = server.signed_up("ada").await;
            ada.post("/me/account/delete", json!({ "password": PASSWORD })).await.ok();
            // What is due at its end is due by then: one more millisecond is the case's own.
            server.advance(1);
        };
        let count = "select count(*) from users where deployment_id = $1 and deleted_at is null";
        stays(KEY, ("\"3 days\"", 3 * DAY - 2), Kind { make, count }).await;
    }
    "deployment.retention.invitations": async fn an_invitation_that_was_withdrawn_stays() {
        let make = async |server: &Keyrack| {
            let ada = server.signed_up("ada").await;
            let acme = ada.founds("Acme").await;
            let id = ada.invites(&acme, "bob", json!({})).await["id"].as_str().unwrap().to_owned();
            ada.post(&format!("/organizations/{acme}/invitations/{id}/discard"), json!({})).await.ok();
        };
        let count = "select count(*) from invitations where deployment_id = $1";
        let organizations = [("deployment.organizations.enabled", "true")];
        stays_beside(&organizations, KEY, ("\"6 hours\"", 6 * HOUR), Kind { make, count }).await;
    }
    "deployment.retention.waitlist": async fn an_address_on_the_waitlist_stays() {
        let make = async |server: &Keyrack| {
            let form = json!({ "email": "ada@example.com" });
            server.browser().post("/waitlist/join", form).await.ok();
        };
        let count = "select count(*) from waitlist_entries where deployment_id = $1";
        let mode = [("deployment.restrictions.sign_up_mode", "\"waitlist\"")];
        stays_beside(&mode, KEY, ("\"2 days\"", 2 * DAY), Kind { make, count }).await;
    }
    "deployment.retention.audit": async fn records_of_what_happened_stay() {
        let make = async |server: &Keyrack| asks_for_code(server).await;
        let count = "select count(*) from audit where deployment_id = $1";
        stays(KEY, ("\"2 days\"", 2 * DAY), Kind { make, count }).await;
    }
}
