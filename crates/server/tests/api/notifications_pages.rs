//! What of an inbox is shown, counted and moved on.

use crate::support::{Browser, Keyrack};
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

pub fn id(notification: &Value) -> &str {
    notification["id"].as_str().unwrap()
}

/// Ada, an organization of hers, a workspace in it, and her id.
pub async fn stands(server: &Keyrack) -> (Browser, String, String, String) {
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let lab = ada.founds_in(&acme, "Lab").await;
    let user = ada.user_id().await;
    (ada, acme, lab, user)
}

/// Whether a filter leaves a notification.
type Matches = Box<dyn Fn(&&Value) -> bool>;

#[tokio::test]
async fn pages_follow_one_another_and_show_each_once_whatever_is_asked_for() {
    let server = Keyrack::start().await;
    let (ada, acme, lab, user) = stands(&server).await;
    for (place, count) in [(None, 17), (Some(&acme), 13), (Some(&lab), 11), (None, 5), (Some(&acme), 1)] {
        server.tells(&user, place.map(String::as_str), count).await;
        server.advance(1);
    }
    let all = ada.inbox("limit=100").await;
    assert_eq!(all.len(), 47);
    assert!(all.is_sorted_by(|a, b| id(a) > id(b)));
    for one in all.iter().step_by(3) {
        ada.marks(id(one), "read", json!({})).await;
    }
    for one in all.iter().step_by(5) {
        ada.marks(id(one), "archive", json!({ "archived": true })).await;
    }
    for one in all.iter().step_by(7) {
        ada.marks(id(one), "star", json!({ "starred": true })).await;
    }
    let all = ada.inbox("limit=100").await;
    let is = |name: &'static str, value: Value| move |one: &&Value| one[name] == value;
    let filters: [(&str, Matches); 10] = [
        ("", Box::new(|_| true)),
        ("is_read=false", Box::new(is("is_read", json!(false)))),
        ("is_archived=false", Box::new(is("is_archived", json!(false)))),
        ("is_archived=true", Box::new(is("is_archived", json!(true)))),
        ("is_starred=true", Box::new(is("is_starred", json!(true)))),
        ("is_starred=false", Box::new(is("is_starred", json!(false)))),
        ("severity=warning", Box::new(is("severity", json!("warning")))),
        ("channels=user", Box::new(is("organization_id", Value::Null))),
        ("channels=workspace", Box::new(is("workspace_id", json!(lab)))),
        (
            "is_read=true&is_archived=false&severity=info&is_starred=false",
            Box::new(|one| {
                one["is_read"] == true
                    && one["is_archived"] == false
                    && one["severity"] == "info"
                    && one["is_starred"] == false
            }),
        ),
    ];
    for (query, fits) in filters {
        let expected: Vec<&str> = all.iter().filter(&fits).map(id).collect();
        let (mut shown, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ada.get(&format!("/notifications?{query}&limit=4{cursor}")).await.ok();
            let page_of = page["notifications"].as_array().unwrap();
            shown.extend(page_of.iter().map(|one| id(one).to_owned()));
            assert_eq!(page["has_more"], json!(shown.len() < expected.len()), "{query}");
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(shown, expected, "{query}");
        let unread = all.iter().filter(&fits).filter(|one| one["is_read"] == false).count();
        assert_eq!(ada.unread(query).await, i64::try_from(unread).unwrap(), "{query}");
    }
}

#[tokio::test]
async fn words_and_ids_say_which_places_are_meant() {
    let server = Keyrack::start().await;
    let (ada, acme, lab, user) = stands(&server).await;
    let other = ada.founds("Other").await;
    for (place, count) in [(None, 1), (Some(&acme), 2), (Some(&lab), 4), (Some(&other), 8)] {
        server.tells(&user, place.map(String::as_str), count).await;
    }
    ada.switches_workspace(&lab).await;
    let tab = format!("scope={}.{other}.-", ada.sign_in_id().await);
    for (query, count) in [
        ("", 15),
        ("scope=all", 15),
        ("channels=all", 15),
        ("scope=user", 1),
        ("scope=current", 7),
        ("scope=organization", 2),
        ("scope=workspace", 4),
        ("channels=user&channels=workspace", 5),
        ("channels=user,workspace", 5),
        ("channels=organization&scope=user", 2),
        // Where a tab stands has the same name.
        (&format!("{tab}&scope=user"), 1),
        (&format!("{tab}&scope=current"), 9),
        (&tab, 15),
        (&format!("organization_ids={acme}"), 6),
        (&format!("organization_ids={acme},{other}"), 14),
        (&format!("organization_ids={acme}&organization_ids={other}&channels=organization"), 10),
        (&format!("workspace_ids={lab}"), 4),
        (&format!("workspace_ids={lab}&organization_ids={other}"), 0),
        ("organization_ids=org_00000000000000000000000000", 0),
    ] {
        assert_eq!(ada.unread(query).await, count, "{query}");
        let shown = ada.inbox(&format!("limit=100&{query}")).await.len();
        assert_eq!(i64::try_from(shown).unwrap(), count, "{query}");
    }
    let counted = ada.get("/notifications/scope-unread").await.ok();
    let place = |organization: Value, workspace: Value, count: i64| json!({ "organization_id": organization, "workspace_id": workspace, "count": count });
    let places = [
        place(json!(other), Value::Null, 8),
        place(json!(acme), json!(lab), 4),
        place(json!(acme), Value::Null, 2),
        place(Value::Null, Value::Null, 1),
    ];
    assert_eq!(counted, json!({ "count": 15, "places": places }));
    ada.switches_organization("").await;
    assert_eq!((ada.unread("scope=current").await, ada.unread("scope=organization").await), (1, 0));
}

#[tokio::test]
async fn what_its_reader_does_is_kept_and_counted() {
    let server = Keyrack::start().await;
    let (ada, _, _, user) = stands(&server).await;
    server.tells(&user, None, 1).await;
    let [new] = ada.inbox("").await.try_into().unwrap();
    let mark = async |what: &str, body: Value| {
        server.advance(1000);
        let one = ada.marks(id(&new), what, body).await;
        assert_eq!(ada.inbox("").await, std::slice::from_ref(&one), "{what}");
        let shown = ["is_read", "is_archived", "is_starred"].map(|name| one[name].as_bool().unwrap());
        assert_eq!(one["read_at"].is_string(), shown[0]);
        assert_eq!(one["archived_at"].is_string(), shown[1]);
        assert_eq!(ada.unread("").await, i64::from(!shown[0]));
        (shown, one["updated_at"].clone())
    };
    let (read, at) = mark("read", json!({})).await;
    assert_eq!(read, [true, false, false]);
    assert_eq!(mark("read", json!({})).await, (read, at), "a second time nothing happens");
    assert_eq!(mark("unread", json!({})).await.0, [false, false, false]);
    assert_eq!(mark("star", json!({ "starred": "true" })).await.0, [false, false, true]);
    assert_eq!(mark("star", json!({ "starred": "true" })).await.0, [false, false, true]);
    assert_eq!(mark("archive", json!({ "archived": "true" })).await.0, [true, true, true]);
    assert_eq!(mark("archive", json!({ "archived": "true" })).await.0, [true, true, true]);
    assert_eq!(mark("archive", json!({ "archived": "false" })).await.0, [true, false, true]);
    // As older clients ask for it.
    assert_eq!(mark("archive", json!({})).await.0, [true, true, true]);
    assert_eq!(mark("unread", json!({})).await.0, [false, false, true]);
    assert_eq!(mark("star", json!({})).await.0, [false, false, false]);
    for (what, body) in [("star", json!({ "starred": "yes" })), ("archive", json!({ "archived": "1" }))] {
        let reply = ada.post(&format!("/notifications/{}/{what}", id(&new)), body).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"));
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    for query in [
        "channels=everything",
        "scope=mine",
        "is_read=1",
        "severity=fatal",
        "limit=0",
        "limit=101",
        "cursor=1",
        "cursor=usr_00000000000000000000000000",
    ] {
        let reply = ada.get(&format!("/notifications?{query}")).await;
        assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{query}");
    }
    let nobody = server.browser();
    assert_eq!(nobody.get("/notifications").await.refused(), refused(401, "signed_out"));
    assert_eq!(nobody.get("/notifications/scope-unread").await.refused(), refused(401, "signed_out"));
    let read_all = nobody.post("/notifications/mark-all-read", json!({})).await;
    assert_eq!(read_all.refused(), refused(401, "signed_out"));
}

#[tokio::test]
async fn all_are_read_and_put_away_as_far_as_they_are_asked_for_however_many() {
    let server = Keyrack::start().await;
    let (ada, acme, _, user) = stands(&server).await;
    server.tells(&user, Some(&acme), 1_203).await;
    server.tells(&user, None, 7).await;
    // Of one place a thousand are counted.
    assert_eq!(ada.unread("").await, 1_007);
    let severe = format!("organization_ids={acme}&severity=warning");
    assert_eq!(ada.reads_all(&severe).await, 601);
    assert_eq!((ada.unread("").await, ada.unread("severity=warning").await), (609, 7));
    assert_eq!(ada.reads_all("is_read=true").await, 0);
    assert_eq!(ada.reads_all("channels=user").await, 7);
    assert_eq!(ada.reads_all("").await, 602);
    assert_eq!((ada.unread("").await, ada.reads_all("").await), (0, 0));
    assert_eq!(ada.inbox("is_read=false").await, Vec::<Value>::new());
    let away =
        async |body: Value| ada.post("/notifications/archive-all-read", body).await.ok()["affected"].clone();
    assert_eq!(away(json!({ "channels": ["workspace"] })).await, 0);
    assert_eq!(away(json!({ "organization_ids": [acme] })).await, 1_203);
    assert_eq!(ada.inbox("is_archived=false").await.len(), 7);
}
