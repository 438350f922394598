//! A tab with a scope of its own: what it names is checked, acted in, and never stored.

use crate::organizations::acme;
use crate::restrictions::{HOME, acme_of_an_office, behind_a_proxy};
use crate::support::{Browser, Keyrack, Reply};
use serde_json::{Value, json};

pub fn unavailable() -> (u16, String) {
    (403, "scope_not_available".to_owned())
}

/// `path` in a scope.
pub fn within(path: &str, scope: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}scope={scope}")
}

impl Browser {
    /// What a token says that is minted for a scope.
    pub async fn claims_in(&self, scope: &str) -> Value {
        let token = self.get(&within("/session/token", scope)).await.ok();
        crate::support::claims(token["token"].as_str().unwrap())
    }

    pub async fn posts_in(&self, scope: &str, path: &str, body: Value) -> Reply {
        self.post(&within(path, scope), body).await
    }
}

/// What a session shows as active: the sign-in and its two memberships.
fn shown(session: &Value) -> [Value; 3] {
    let active = &session["active_signin"];
    ["id", "active_organization_membership_id", "active_workspace_membership_id"]
        .map(|key| active[key].clone())
}

/// The same as the scope that a hook makes of it.
fn scope_of(session: &Value) -> String {
    shown(session).map(|id| id.as_str().unwrap_or("-").to_owned()).join(".")
}

/// Ada's browser, in which bob is signed in too and active; both are in Acme, and ada in a workspace there.
pub struct Two {
    pub server: Keyrack,
    pub browser: Browser,
    pub acme: String,
    pub place: String,
    pub ada: String,
    pub bob: String,
}

pub async fn two() -> Two {
    let server = Keyrack::start().await;
    let (browser, _, acme) = acme(&server).await;
    let place = browser.founds_in(&acme, "Place").await;
    let ada = browser.sign_in_of("ada").await;
    let bob = browser.also_signs_in("bob").await;
    browser.post("/session/switch-organization", json!({})).await.ok();
    Two { server, browser, acme, place, ada, bob }
}

#[tokio::test]
async fn h40_a_token_is_minted_for_the_scope_that_is_named_and_nothing_is_stored() {
    let Two { server, browser, acme, place, ada, bob } = two().await;
    let before = browser.session().await;
    let rows = server.rows().await;
    for (scope, organization, workspace, signs) in [
        (format!("{ada}.{acme}.{place}"), json!(acme), json!(place), &ada),
        (format!("{ada}.{acme}.-"), json!(acme), Value::Null, &ada),
        (format!("{ada}.-.-"), Value::Null, Value::Null, &ada),
        (format!("{bob}.{acme}.-"), json!(acme), Value::Null, &bob),
        (format!("{bob}.-.-"), Value::Null, Value::Null, &bob),
    ] {
        let claims = browser.claims_in(&scope).await;
        assert_eq!(claims["signin_id"], **signs, "{scope}");
        assert_eq!((&claims["organization"], &claims["workspace"]), (&organization, &workspace), "{scope}");
        assert_eq!(claims["rev"], before["revision"]);
        let is_admin = *signs == ada && organization != Value::Null;
        let held = claims["organization_permissions"].as_array().map_or(0, Vec::len);
        assert_eq!(held, if is_admin { 3 } else { usize::from(organization != Value::Null) }, "{scope}");
    }
    // By memberships, which is what a session shows.
    let by_places = format!("{ada}.{acme}.{place}");
    let itself = json!({ "sign_in_id": ada });
    let seen = browser.posts_in(&by_places, "/session/switch-sign-in", itself).await.ok();
    let scope = scope_of(&seen);
    assert_eq!(scope.matches("mem_").count(), 2, "{scope}");
    let claims = browser.claims_in(&scope).await;
    assert_eq!((&claims["organization"], &claims["workspace"]), (&json!(acme), &json!(place)));
    assert_eq!(browser.session().await, before);
    assert_eq!(server.rows().await, rows);
    assert_eq!(browser.claims().await["organization"], Value::Null);
}

#[tokio::test]
async fn h40_a_switch_in_a_scope_is_checked_answered_as_the_tab_sees_it_and_not_stored() {
    let Two { server, browser, acme, place, ada, bob } = two().await;
    let before = browser.session().await;
    let other = server.signed_up("cyd").await.founds("Other").await;
    let none = format!("{ada}.-.-");
    let inside =
        browser.posts_in(&none, "/session/switch-workspace", json!({ "workspace_id": place })).await.ok();
    let [active, organization, workspace] = shown(&inside);
    assert_eq!(active, ada);
    assert!(organization != Value::Null && workspace != Value::Null);
    let scope = scope_of(&inside);
    // The organization keeps the workspace that is in it; without an id both are left.
    let same = browser
        .posts_in(&scope, "/session/switch-organization", json!({ "organization_id": acme }))
        .await
        .ok();
    assert_eq!(shown(&same), shown(&inside));
    let left = browser.posts_in(&scope, "/session/switch-organization", json!({})).await.ok();
    assert_eq!(scope_of(&left), none);
    let left = browser.posts_in(&scope, "/session/switch-workspace", json!({})).await.ok();
    assert_eq!(scope_of(&left), none);
    // To oneself one stays where one is; another sign-in is met where it stands.
    let stays = browser.posts_in(&scope, "/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
    assert_eq!(scope_of(&stays), scope);
    let gone = browser.posts_in(&scope, "/session/switch-sign-in", json!({ "sign_in_id": bob })).await.ok();
    assert_eq!(scope_of(&gone), format!("{bob}.-.-"));
    // All else is what everybody sees.
    for seen in [&inside, &left, &gone] {
        assert_eq!((&seen["id"], &seen["revision"]), (&before["id"], &before["revision"]));
        let listed = seen["signins"].as_array().unwrap();
        assert!(listed.contains(&seen["active_signin"]));
        assert_eq!(listed.len(), 2);
    }
    let unknown =
        browser.posts_in(&none, "/session/switch-organization", json!({ "organization_id": other })).await;
    assert_eq!(unknown.refused(), (404, "organization_not_found".to_owned()));
    let unknown =
        browser.posts_in(&none, "/session/switch-workspace", json!({ "workspace_id": other })).await;
    assert_eq!(unknown.refused(), (404, "workspace_not_found".to_owned()));
    let unknown = browser.posts_in(&none, "/session/switch-sign-in", json!({ "sign_in_id": other })).await;
    assert_eq!(unknown.refused(), (404, "sign_in_not_found".to_owned()));
    assert_eq!(browser.session().await, before);
    // Where the user's next sign-in begins is not where a tab was.
    assert_ne!(server.signed_in("bob").await.stands().await, [organization, workspace]);
}

#[tokio::test]
async fn h40_every_route_of_an_account_acts_as_the_sign_in_that_is_named() {
    let Two { server, browser, acme, ada, bob, .. } = two().await;
    let before = browser.session().await;
    for (sign_in, name, places) in [(&ada, "ada", 1), (&bob, "bob", 0)] {
        let scope = format!("{sign_in}.{acme}.-");
        let me = browser.get(&within("/me", &scope)).await.ok();
        assert_eq!(me["email_address"], format!("{name}@example.com"));
        let mine = browser.get(&within("/me/organization-memberships", &scope)).await.ok();
        assert_eq!(mine[0]["user_id"], me["id"]);
        let workspaces = browser.get(&within("/me/workspace-memberships", &scope)).await.ok();
        assert_eq!(workspaces.as_array().unwrap().len(), places, "{name}");
        let renamed =
            browser.posts_in(&scope, &format!("/organizations/{acme}/update"), json!({ "name": name })).await;
        assert_eq!(renamed.status, if name == "ada" { 200 } else { 403 });
    }
    // What is made in a tab is entered by the tab alone.
    let made =
        browser.posts_in(&format!("{ada}.-.-"), "/organizations", json!({ "name": "Hers" })).await.ok();
    let hers = made["organization"]["id"].as_str().unwrap();
    let place = json!({ "name": "Hers too", "organization_id": hers });
    let place = browser.posts_in(&format!("{ada}.{hers}.-"), "/workspaces", place).await.ok();
    let adas = browser.get(&within("/me", &format!("{ada}.-.-"))).await.ok()["id"].clone();
    assert_eq!((&made["membership"]["user_id"], &place["membership"]["user_id"]), (&adas, &adas));
    assert_eq!(browser.session().await, before);
    let claims =
        browser.claims_in(&format!("{ada}.{hers}.{}", place["workspace"]["id"].as_str().unwrap())).await;
    assert_eq!(claims["organization"], hers);
    let bobs = server.signed_in("bob").await;
    assert_eq!(bobs.get("/me/organization-memberships").await.ok().as_array().unwrap().len(), 1);
    // GET /session never carries one.
    assert_eq!(browser.get(&within("/session", &format!("{ada}.{acme}.-"))).await.ok(), before);
}

#[tokio::test]
async fn h40_a_scope_ends_with_the_membership_the_place_and_the_sign_in() {
    let Two { server, browser, acme, place, ada, bob } = two().await;
    let twin = server.second_node().await;
    let admin = server.signed_in("ada").await;
    let everywhere: Vec<Browser> =
        twin.iter().map(|twin| browser.copied_to(twin)).chain([browser.copied()]).collect();
    let refused = async |scope: &str| {
        for tab in &everywhere {
            assert_eq!(tab.get(&within("/session/token", scope)).await.refused(), unavailable(), "{scope}");
            let switch = tab.posts_in(scope, "/session/switch-organization", json!({})).await;
            assert_eq!(switch.refused(), unavailable(), "{scope}");
        }
    };
    let bobs = server.join(&place, &browser.user_id().await, &["rol_wsp_member"]).await;
    let by_id = format!("{bob}.{acme}.{place}");
    for scope in [&by_id, &format!("{bob}.{acme}.{bobs}")] {
        for tab in &everywhere {
            assert_eq!(tab.claims_in(scope).await["workspace"], place);
        }
    }
    admin.post(&format!("/workspaces/{place}/members/{bobs}/remove"), json!({})).await.ok();
    refused(&by_id).await;
    refused(&format!("{bob}.{acme}.{bobs}")).await;
    let organization = format!("/organizations/{acme}");
    admin.post(&format!("{organization}/members/{}/remove", browser.user_id().await), json!({})).await.ok();
    refused(&format!("{bob}.{acme}.-")).await;
    assert_eq!(browser.claims_in(&format!("{bob}.-.-")).await["organization"], Value::Null);
    admin.post(&format!("{organization}/delete"), json!({})).await.ok();
    refused(&format!("{ada}.{acme}.{place}")).await;
    refused(&format!("{ada}.{acme}.-")).await;
    browser.post("/session/sign-out", json!({ "sign_in_id": ada })).await.ok();
    refused(&format!("{ada}.-.-")).await;
    // Nobody is there any more: that is not about a scope.
    browser.post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    for tab in &everywhere {
        let token = tab.get(&within("/session/token", &format!("{bob}.-.-"))).await;
        assert_eq!(token.refused(), (401, "signed_out".to_owned()));
    }
}

#[tokio::test]
async fn h40_a_tab_that_stands_somewhere_by_itself_hears_of_the_end_of_that() {
    let Two { server, browser, acme, bob, .. } = two().await;
    let user = browser.user_id().await;
    assert_eq!(browser.claims_in(&format!("{bob}.{acme}.-")).await["organization"], acme);
    let begun = browser.session().await["revision"].as_i64().unwrap();
    let mut events = browser.follows().await;
    let admin = server.signed_in("ada").await;
    admin.post(&format!("/organizations/{acme}/members/{user}/remove"), json!({})).await.ok();
    let (revision, reason) = events.session().await;
    assert_eq!((reason.as_str(), revision), ("membership_ended", begun + 1));
    let token = browser.get(&within("/session/token", &format!("{bob}.{acme}.-"))).await;
    assert_eq!(token.refused(), unavailable());
}

#[tokio::test]
async fn h40_a_scope_that_asks_for_another_address_is_refused_and_a_switch_says_why() {
    let server = behind_a_proxy().await;
    let (_ada, bob, acme) = acme_of_an_office(&server).await;
    let (home, sign_in) = (bob.at(HOME), bob.sign_in_of("bob").await);
    let (scope, none) = (format!("{sign_in}.{acme}.-"), format!("{sign_in}.-.-"));
    for _ in 0..2 {
        assert_eq!(bob.claims_in(&scope).await["organization"], acme);
        for path in ["/session/token", "/me"] {
            assert_eq!(home.get(&within(path, &scope)).await.refused(), unavailable(), "{path}");
        }
        let enter = json!({ "organization_id": acme });
        let switch = home.posts_in(&none, "/session/switch-organization", enter.clone()).await;
        assert_eq!(switch.refused(), (403, "address_not_allowed".to_owned()));
        let seen = bob.posts_in(&none, "/session/switch-organization", enter).await.ok();
        assert_ne!(seen["active_signin"]["active_organization_membership_id"], Value::Null);
    }
}

#[tokio::test]
async fn h40_what_a_tab_does_is_activity_of_the_sign_in_that_it_names() {
    let Two { server, browser, acme, ada, bob, .. } = two().await;
    let end = async |id: &str| {
        let session = browser.get("/session?poll=1").await.ok();
        let mut all = session["signins"].as_array().unwrap().iter();
        all.find(|one| one["id"] == *id).unwrap()["expires_at"].clone()
    };
    let (adas, bobs) = (end(&ada).await, end(&bob).await);
    server.advance(86_400_000);
    browser.claims_in(&format!("{ada}.{acme}.-")).await;
    assert_ne!(end(&ada).await, adas);
    assert_eq!(end(&bob).await, bobs);
    // Looking on is none.
    let adas = end(&ada).await;
    server.advance(86_400_000);
    browser.get(&within("/me?poll=1", &format!("{ada}.{acme}.-"))).await.ok();
    assert_eq!(end(&ada).await, adas);
}

#[tokio::test]
async fn h40_a_deployment_without_organizations_has_scopes_of_sign_ins_alone() {
    let server = Keyrack::start_with(|deployment| deployment.organizations.enabled = false).await;
    let browser = server.signed_up("ada").await;
    let ada = browser.sign_in_of("ada").await;
    assert_eq!(browser.claims_in(&format!("{ada}.-.-")).await["signin_id"], ada);
    let org = format!("{ada}.org_{}.-", "0".repeat(26));
    assert_eq!(browser.get(&within("/session/token", &org)).await.refused(), unavailable());
}
