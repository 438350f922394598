//! What is said about organizations and workspaces: slugs, metadata, pictures; and the methods that say what is done.

use crate::organizations::{ADMIN, acme};
use crate::support::{Browser, Keyrack, Reply};
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn patch(browser: &Browser, path: &str, body: Value) -> Reply {
    browser.send(browser.request(Method::PATCH, path).json(&body)).await
}

async fn by(browser: &Browser, method: Method, path: &str) -> Reply {
    browser.send(browser.request(method, path)).await
}

#[tokio::test]
async fn a_slug_is_made_of_the_name_or_said_and_is_nobody_elses() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let make = async |browser: &Browser, body: Value| browser.post("/organizations", body).await;
    let of = |made: &Reply| made.ok()["organization"].clone();
    let first = of(&make(&ada, json!({ "name": "Müller & Söhne" })).await);
    assert_eq!(first["slug"], "muller-sohne");
    let second = of(&make(&bob, json!({ "name": "Müller & Söhne" })).await);
    let longer = second["slug"].as_str().unwrap();
    assert!(longer.starts_with("muller-sohne-") && longer.len() == "muller-sohne-xxxx".len(), "{longer}");
    let (adas, bobs) = (path_of(&first), path_of(&second));
    // Also that of one who has it already.
    for body in [json!({ "slug": "acme" }), json!({ "slug": " ACME " })] {
        assert_eq!(patch(&ada, &adas, body).await.ok()["slug"], "acme");
    }
    let taken = refused(409, "slug_taken");
    assert_eq!(patch(&bob, &bobs, json!({ "slug": "acme", "name": "Bob's" })).await.refused(), taken);
    assert_eq!(make(&bob, json!({ "name": "Bob's", "slug": "acme" })).await.refused(), taken);
    let mine = bob.get("/me/organization-memberships").await.ok();
    assert_eq!((mine.as_array().unwrap().len(), &mine[0]["organization"]), (1, &second));
    for wrong in ["a b", "-a", "ä", &"a".repeat(49)] {
        let invalid = refused(400, "invalid_slug");
        assert_eq!(patch(&bob, &bobs, json!({ "slug": wrong })).await.refused(), invalid, "{wrong}");
        assert_eq!(make(&bob, json!({ "name": "x", "slug": wrong })).await.refused(), invalid, "{wrong}");
    }
    by(&ada, Method::DELETE, &adas).await.ok();
    assert_eq!(patch(&bob, &bobs, json!({ "slug": "acme" })).await.ok()["slug"], "acme");
}

fn path_of(organization: &Value) -> String {
    format!("/organizations/{}", organization["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_slug_of_a_workspace_is_its_own_in_its_organization() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (one, two) = (ada.founds("One").await, ada.founds("Two").await);
    let make = async |of: &str, slug: Value| {
        let body = json!({ "organization_id": of, "name": "Place", "slug": slug });
        ada.post("/workspaces", body).await
    };
    let slug = |made: Reply| made.ok()["workspace"]["slug"].as_str().unwrap().to_owned();
    assert_eq!(slug(make(&one, Value::Null).await), "place");
    assert_eq!(slug(make(&two, Value::Null).await), "place");
    let longer = slug(make(&one, Value::Null).await);
    assert!(longer.starts_with("place-") && longer.len() == 10, "{longer}");
    assert_eq!(make(&one, json!("place")).await.refused(), refused(409, "slug_taken"));
    let other = make(&one, json!("other")).await.ok()["workspace"]["id"].as_str().unwrap().to_owned();
    let path = format!("/workspaces/{other}");
    assert_eq!(patch(&ada, &path, json!({ "slug": "place" })).await.refused(), refused(409, "slug_taken"));
    assert_eq!(patch(&ada, &path, json!({ "slug": "two" })).await.ok()["slug"], "two");
}

#[tokio::test]
async fn of_two_who_take_one_slug_at_once_one_gets_it() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.max_created_per_user = 100;
    })
    .await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (adas, bobs) = (ada.founds("A").await, ada.founds("B").await);
    server.join(&bobs, &bob.user_id().await, &[ADMIN]).await;
    let (adas, bobs) = (format!("/organizations/{adas}"), format!("/organizations/{bobs}"));
    for round in 0..50 {
        let body = json!({ "slug": format!("s{round}") });
        let (one, two) = tokio::join!(patch(&ada, &adas, body.clone()), patch(&bob, &bobs, body));
        let mut both = [one, two];
        both.sort_by_key(|reply| reply.status);
        both[0].ok();
        assert_eq!(both[1].refused(), refused(409, "slug_taken"), "round {round}");
    }
    for round in 0..25 {
        // Made of one name at once they get two, and said at once one of them gets it.
        let body = json!({ "name": format!("n{round}") });
        let (one, two) =
            tokio::join!(ada.post("/organizations", body.clone()), bob.post("/organizations", body));
        let (one, two) = (one.ok()["organization"].clone(), two.ok()["organization"].clone());
        assert_ne!(one["slug"], two["slug"], "round {round}");
        for (browser, made) in [(&ada, one), (&bob, two)] {
            by(browser, Method::DELETE, &path_of(&made)).await.ok();
        }
    }
}

#[tokio::test]
async fn metadata_is_shown_to_members_and_written_by_those_who_manage() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let plan = json!({ "plan": "team", "seats": [1, 2] });
    assert_eq!(patch(&ada, &path, json!({ "public_metadata": plan })).await.ok()["public_metadata"], plan);
    // In a form it is a text; what is not said stays.
    let form = ada
        .request(Method::POST, &format!("{path}/update"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Two");
    assert_eq!(ada.send(form).await.ok()["public_metadata"], plan);
    let form = ada
        .request(Method::POST, &format!("{path}/update"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("public_metadata=%7B%22a%22%3A1%7D");
    assert_eq!(ada.send(form).await.ok()["public_metadata"], json!({ "a": 1 }));
    assert_eq!(bob.get(&path).await.ok()["public_metadata"], json!({ "a": 1 }));
    let denied = patch(&bob, &path, json!({ "public_metadata": {} })).await;
    assert_eq!(denied.refused(), refused(403, "permission_denied"));
    for (wrong, code) in [
        (json!({ "a": "x".repeat(5000) }), "invalid_metadata"),
        (json!([1]), "BAD_REQUEST_BODY"),
        (json!("[1]"), "BAD_REQUEST_BODY"),
        (json!(1), "BAD_REQUEST_BODY"),
    ] {
        let reply = patch(&ada, &path, json!({ "public_metadata": wrong })).await;
        assert_eq!(reply.refused(), refused(400, code));
    }
    assert_eq!(patch(&ada, &path, json!({ "public_metadata": {} })).await.ok()["public_metadata"], json!({}));
    let place = json!({ "organization_id": acme, "name": "Place", "public_metadata": { "b": 2 } });
    let place = ada.post("/workspaces", place).await.ok()["workspace"].clone();
    assert_eq!((&place["public_metadata"], &place["organization"]["id"]), (&json!({ "b": 2 }), &json!(acme)));
    // And a membership's.
    let member = format!("{path}/members/{}", bob.user_id().await);
    let told = json!({ "public_metadata": { "desk": 4 } });
    assert_eq!(patch(&bob, &member, told.clone()).await.refused(), refused(403, "permission_denied"));
    let shown = patch(&ada, &member, told).await.ok();
    assert_eq!(
        (&shown["public_metadata"], &shown["organization"]["id"]),
        (&json!({ "desk": 4 }), &json!(acme))
    );
    assert_eq!(
        ada.post(&format!("{member}/update"), json!({})).await.ok()["public_metadata"],
        json!({ "desk": 4 })
    );
    assert_eq!(
        bob.get("/me/organization-memberships").await.ok()[0]["public_metadata"],
        json!({ "desk": 4 })
    );
    let large = json!({ "public_metadata": { "a": "x".repeat(5000) } });
    assert_eq!(patch(&ada, &member, large).await.refused(), refused(400, "invalid_metadata"));
    let nobody = patch(&ada, &format!("{path}/members/mem_x"), json!({})).await;
    assert_eq!(nobody.refused(), refused(404, "membership_not_found"));
}

/// Each change by the method that says what is done, on the thing itself.
#[tokio::test]
async fn methods_do_what_the_words_in_older_paths_do() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.roles.own = true;
        deployment.workspaces.roles.own = true;
    })
    .await;
    let (ada, bob, acme) = acme(&server).await;
    let place = ada.founds_in(&acme, "Place").await;
    server.join(&place, &bob.user_id().await, &["rol_wsp_member"]).await;
    for (path, extra) in
        [(format!("/workspaces/{place}"), "rol_wsp_admin"), (format!("/organizations/{acme}"), ADMIN)]
    {
        assert_eq!(patch(&ada, &path, json!({ "name": "New" })).await.ok()["name"], "New");
        assert_eq!(bob.get(&path).await.ok(), ada.get(&path).await.ok());
        let member = format!("{path}/members/{}", ada.membership(&path, "bob").await);
        let role = format!("{member}/roles/{extra}");
        let given = by(&ada, Method::PUT, &role).await.ok();
        assert_eq!(given["roles"].as_array().unwrap().len(), 2);
        // Again changes nothing.
        assert_eq!(by(&ada, Method::PUT, &role).await.ok()["roles"], given["roles"]);
        assert_eq!(by(&ada, Method::DELETE, &role).await.ok()["roles"].as_array().unwrap().len(), 1);
        let own = ada.post(&format!("{path}/roles"), json!({ "name": "Own" })).await.ok();
        let own = format!("{path}/roles/{}", own["id"].as_str().unwrap());
        assert_eq!(patch(&ada, &own, json!({ "name": "Mine" })).await.ok()["name"], "Mine");
        by(&ada, Method::DELETE, &own).await.ok();
        assert_eq!(by(&ada, Method::DELETE, &own).await.refused(), refused(404, "role_not_found"));
        by(&ada, Method::DELETE, &member).await.ok();
        assert_eq!(ada.get(&format!("{path}/members")).await.ok()["meta"]["total"], 1);
        by(&ada, Method::DELETE, &path).await.ok();
        assert_eq!(ada.get(&path).await.status, 404);
    }
    assert_eq!(ada.stands().await, [Value::Null, Value::Null]);
    let gone = bob.get(&format!("/organizations/{acme}")).await;
    assert_eq!(gone.refused(), refused(404, "organization_not_found"));
}

#[tokio::test]
async fn my_workspaces_are_those_of_one_organization_when_it_is_named() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (one, two) = (ada.founds("One").await, ada.founds("Two").await);
    let (in_one, in_two) = (ada.founds_in(&one, "A").await, ada.founds_in(&two, "B").await);
    let ids = async |query: &str| {
        let all = ada.get(&format!("/me/workspace-memberships{query}")).await.ok();
        let id = |membership: &Value| membership["workspace_id"].as_str().unwrap().to_owned();
        all.as_array().unwrap().iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [in_one.clone(), in_two.clone()]);
    assert_eq!(ids(&format!("?org_id={one}")).await, [in_one]);
    assert_eq!(ids(&format!("?org_id={two}")).await, [in_two]);
    assert_eq!(ids("?org_id=org_x").await, Vec::<String>::new());
}
