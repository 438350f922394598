//! Inboxes as their owners use them.

use crate::notifications_pages::{id, stands};
use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::{Events, Keyrack, Operator, SECOND, within};
use keyrack_server::config::teams::Kind;
use keyrack_server::db::Tx;
use keyrack_server::id::UserId;
use keyrack_server::membership::store;
use keyrack_server::notification::{self, News};
use reqwest::Method;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn what_others_do_to_a_member_is_told_where_it_belongs() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}/members/{}", bob.user_id().await);
    ada.post(&format!("{path}/roles/{ADMIN}/add"), json!({})).await.ok();
    let [given] = bob.inbox("").await.try_into().unwrap();
    let expected = json!({
        "id": given["id"], "deployment_id": server.app.sites[0].config.id, "user_id": bob.user_id().await,
        "organization_id": acme, "workspace_id": null, "kind": "role_given", "title": "New role in Acme",
        "body": "You have the role Admin in Acme from now on.", "ctas": [], "severity": "info",
        "is_read": false, "read_at": null, "is_archived": false, "archived_at": null, "is_starred": false,
        "metadata": {
            "organization_id": acme, "organization_name": "Acme", "role_id": ADMIN, "role_name": "Admin",
        },
        "created_at": given["created_at"], "updated_at": given["created_at"], "expires_at": given["expires_at"],
    });
    assert_eq!(given, expected);
    // A second time nothing happens to him.
    ada.post(&format!("{path}/roles/{ADMIN}/add"), json!({})).await.ok();
    ada.post(&format!("{path}/roles/{ADMIN}/remove"), json!({})).await.ok();
    ada.post(&format!("{path}/roles/{ADMIN}/remove"), json!({})).await.ok();
    assert_eq!(bob.kinds("").await, ["role_given", "role_taken"]);
    ada.post(&format!("{path}/remove"), json!({})).await.ok();
    let [removed] = bob.inbox("").await.try_into().unwrap();
    assert_eq!((&removed["kind"], &removed["organization_id"]), (&json!("member_removed"), &Value::Null));
    assert_eq!(removed["metadata"], json!({ "organization_id": acme, "organization_name": "Acme" }));
    assert_eq!(removed["title"], "You are no longer in Acme");
    assert_eq!(ada.inbox("").await, Vec::<Value>::new());
}

#[tokio::test]
async fn in_a_workspace_both_are_named() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let lab = ada.founds_in(&acme, "Lab").await;
    server.join(&lab, &bob.user_id().await, &["rol_wsp_member"]).await;
    let member = format!("/workspaces/{lab}/members/{}", bob.user_id().await);
    ada.post(&format!("{member}/roles/rol_wsp_admin/add"), json!({})).await.ok();
    let [given] = bob.inbox("").await.try_into().unwrap();
    assert_eq!((&given["organization_id"], &given["workspace_id"]), (&json!(acme), &json!(lab)));
    assert_eq!(given["body"], "You have the role Admin in Lab in Acme from now on.");
    assert_eq!(given["metadata"]["workspace_name"], "Lab");
}

#[tokio::test]
async fn what_somebody_does_to_themselves_is_not_told() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    ada.post(&format!("{path}/members/{}/roles/{MEMBER}/add", ada.user_id().await), json!({})).await.ok();
    bob.post(&format!("{path}/leave"), json!({})).await.ok();
    assert_eq!((ada.kinds("").await, bob.kinds("").await), (Vec::new(), Vec::<String>::new()));
}

#[tokio::test]
async fn a_sign_in_on_a_browser_that_was_not_seen_is_told_once() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    assert_eq!(ada.kinds("").await, Vec::<String>::new(), "the first one");
    let other = server.signed_up("bob").await;
    let sign_in = other.also_signs_in("ada").await;
    let [told] = ada.inbox("").await.try_into().unwrap();
    assert_eq!((&told["kind"], &told["severity"]), (&json!("new_device"), &json!("warning")));
    assert_eq!(told["metadata"], json!({ "browser": "", "device": "", "ip_address": "127.0.0.1" }));
    // The session lives on by bob's sign-in: it is known.
    other.post("/session/sign-out", json!({ "sign_in_id": sign_in })).await.ok();
    other.also_signs_in("ada").await;
    assert_eq!(ada.kinds("").await, ["new_device"]);
    server.signed_in("ada").await;
    assert_eq!(ada.kinds("").await, ["new_device", "new_device"]);
    let bob = server.signed_in("bob").await;
    assert_eq!(bob.kinds("").await, ["new_device"]);
}

#[tokio::test]
async fn an_account_that_an_operator_made_is_not_told_of_its_first_sign_in_unless_its_others_may_be_forgotten()
 {
    let server = Keyrack::start_with(|deployment| deployment.retention.sign_ins_ms = DAY).await;
    let ada = server.signed_up("ada").await;
    ada.post("/session/sign-out", json!({})).await.ok();
    let forget = "delete from sign_ins where deployment_id = $1";
    let forgets = || {
        let deployment = server.app.sites[0].config.id.clone();
        server.app.db.write(move |tx| tx.execute(forget, keyrack_server::params![&deployment]))
    };
    // As of an account that was just made.
    forgets().await.unwrap();
    let first = server.signed_in("ada").await;
    assert_eq!(first.kinds("").await, Vec::<String>::new());
    first.post("/session/sign-out", json!({})).await.ok();
    forgets().await.unwrap();
    server.advance(DAY + 1);
    assert_eq!(server.signed_in("ada").await.kinds("").await, ["new_device"]);
}

#[tokio::test]
async fn a_deployment_without_organizations_shows_what_belongs_to_the_user() {
    let server = Keyrack::start().await;
    let (ada, acme, lab, user) = stands(&server).await;
    for (place, count) in [(None, 1), (Some(&acme), 2), (Some(&lab), 4)] {
        server.tells(&user, place.map(String::as_str), count).await;
    }
    let server = server.restart_with(|config| config.deployments[0].workspaces.enabled = false).await;
    assert_eq!((ada.unread("").await, ada.inbox("").await.len()), (3, 3));
    let server = server.restart_with(|config| config.deployments[0].organizations.enabled = false).await;
    assert_eq!((ada.unread("").await, ada.inbox("").await.len()), (1, 1));
    drop(server);
}

#[tokio::test]
async fn whoever_is_deleted_leaves_no_notification() {
    let server = Keyrack::start().await;
    let (ada, _, _, user) = stands(&server).await;
    server.tells(&user, None, 3).await;
    let rows = "select count(*) from notifications where deployment_id = $1";
    assert_eq!(server.count(rows).await, 3);
    Operator(&server).ask(Method::DELETE, &format!("/users/{user}"), Value::Null).await.ok();
    assert_eq!(server.count(rows).await, 0);
    assert_eq!(ada.get("/notifications").await.refused(), refused(401, "signed_out"));
    // What is told afterwards reaches nobody, and is not kept.
    server.tells(&user, None, 1).await;
    assert_eq!(server.count(rows).await, 0);
}

#[tokio::test]
async fn a_refresh_that_nobody_asked_for_is_no_activity() {
    let server = Keyrack::start().await;
    let (used, watched) = (server.signed_up("ada").await, server.signed_up("bob").await);
    server.advance(7 * DAY - 1);
    used.get("/notifications").await.ok();
    watched.get("/notifications?limit=3&poll=1").await.ok();
    watched.get("/notifications/scope-unread?poll=1").await.ok();
    server.advance(1);
    assert_eq!(watched.get("/notifications?poll=1").await.refused(), refused(401, "signed_out"));
    assert_eq!(used.inbox("poll=1").await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_inbox_that_changes_is_told_to_all_who_are_signed_in_and_raises_no_revision() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let tab = bob.copied();
    let mut streams = [bob.follows().await, tab.follows().await];
    let told = async |streams: &mut [Events; 2]| {
        for stream in streams {
            let told = within(SECOND, stream.inbox()).await;
            assert_eq!(told.expect("a second has passed"), bob.session().await["id"].as_str().unwrap());
        }
    };
    let path = format!("/organizations/{acme}/members/{}", bob.user_id().await);
    ada.post(&format!("{path}/roles/{ADMIN}/add"), json!({})).await.ok();
    told(&mut streams).await;
    let before = bob.session().await["revision"].clone();
    let [given] = bob.inbox("").await.try_into().unwrap();
    for (what, body) in
        [("read", json!({})), ("star", json!({})), ("archive", json!({})), ("unread", json!({}))]
    {
        bob.marks(id(&given), what, body).await;
        told(&mut streams).await;
    }
    tab.reads_all("").await;
    told(&mut streams).await;
    assert_eq!(bob.session().await["revision"], before);
}

#[tokio::test]
async fn what_told_of_something_that_is_over_is_put_away_for_who_was_told() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let (user, site) = (bob.user_id().await, server.app.sites[0].clone());
    let (organization, told) = (acme.clone(), user.clone());
    let write = server.app.db.write(move |tx| {
        let place = store::find(tx, &site.config.id, (Kind::Organization, &organization))?.expect("a place");
        let to = UserId::stored(told.clone());
        for invitation in ["inv_one", "inv_other"] {
            notification::write(tx, &site, &to, &News::Invited { to: &place, invitation }, 1)?;
        }
        Ok(())
    });
    write.await.unwrap();
    server.tells(&user, None, 1).await;
    let told = bob.inbox("channels=user&is_read=false").await;
    let of = |name: &str| told.iter().filter(|one| one["metadata"]["invitation_id"] == *name).count();
    assert_eq!((told.len(), of("inv_one"), of("inv_other")), (3, 1, 1));
    assert!(told.iter().any(|one| one["title"] == "Invitation to Acme" && one["organization_id"].is_null()));
    let mut stream = bob.follows().await;
    for subject in ["inv_one", "inv_one", "", "inv_none"] {
        let site = server.app.sites[0].clone();
        let settle = move |tx: &mut Tx<'_>| notification::settle(tx, &site, &[subject.to_owned()], 2);
        server.app.db.write(settle).await.unwrap();
    }
    within(SECOND, stream.inbox()).await.expect("a second has passed");
    let [away] = bob.inbox("is_archived=true").await.try_into().unwrap();
    assert_eq!(away["metadata"]["invitation_id"], "inv_one");
    assert_eq!((bob.unread("").await, ada.inbox("").await.len()), (2, 0));
}
