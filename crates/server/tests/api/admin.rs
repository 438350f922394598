//! What an operator does takes hold at once, on every node, and on that deployment only (J13, N05).

use crate::support::{Browser, Keyrack, Operator, PASSWORD, Reply};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// That whoever holds this credential is signed out, and told why.
async fn is_out(browser: &Browser, reason: &str, round: usize) {
    let (mint, me, session) =
        tokio::join!(browser.get("/session/token"), browser.get("/me"), browser.get("/session?poll=1"));
    assert_eq!(mint.refused(), refused(401, "signed_out"), "round {round}");
    assert_eq!(me.refused(), refused(401, "signed_out"), "round {round}");
    let session = session.ok();
    assert_eq!((&session["signins"], &session["end_reason"]), (&json!([]), &json!(reason)), "round {round}");
}

/// What is under way while an operator decides: reads, mints, switches and a sign-in, on two nodes.
async fn bustle(tabs: &[Browser], target: &Value, newcomer: &Browser) -> Vec<Reply> {
    let on_tab = async |tab: &Browser| {
        let switch = tab.request(Method::POST, "/session/switch-sign-in").json(target);
        let (read, mint, switched) =
            tokio::join!(tab.get("/session"), tab.get("/session/token"), tab.send_and_lose(switch));
        [read, mint, switched]
    };
    let (tabs, entered) = tokio::join!(join_all(tabs.iter().map(on_tab)), newcomer.sign_in("ada", PASSWORD));
    tabs.into_iter().flatten().chain([entered]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p08_j13_after_a_disable_was_answered_no_node_mints_shows_or_accepts_in_any_of_50_rounds() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    server.signed_up("ada").await;
    let second = server.second_node().await;
    let nodes: Vec<&Keyrack> = [Some(&server), second.as_ref()].into_iter().flatten().collect();
    for round in 0..50 {
        let browser = server.signed_in("ada").await;
        let target = json!({ "sign_in_id": browser.sign_in_of("ada").await });
        let tabs: Vec<Browser> = nodes.iter().map(|node| browser.copied_to(node)).collect();
        let newcomer = nodes[round % nodes.len()].browser();
        // Both nodes have it in their memory.
        join_all(tabs.iter().map(Browser::session)).await;
        let (answers, disabled) =
            tokio::join!(bustle(&tabs, &target, &newcomer), operator.post("/users/ada@example.com/disable"));
        assert_eq!(disabled.ok()["user"]["state"], "disabled");
        let fine = [200, 401, 403, 404];
        assert!(answers.iter().all(|answer| fine.contains(&answer.status)), "round {round}: {answers:?}");

        for tab in &tabs {
            is_out(tab, "user_disabled", round).await;
        }
        // A sign-in under way came before it, and was ended by it, or after it, and was refused.
        if newcomer.credential().is_some() {
            is_out(&newcomer, "user_disabled", round).await;
        }
        assert_eq!(
            server.count("select count(*) from sign_ins where deployment_id = $1 and ended_at is null").await,
            0
        );
        let again = nodes[0].browser().sign_in("ada", PASSWORD).await;
        assert_eq!(again.refused(), refused(403, "USER_DISABLED"), "round {round}");

        // Enabled again, what has ended stays ended.
        assert_eq!(operator.post("/users/ada@example.com/enable").await.ok()["ended"], json!([]));
        is_out(&tabs[0], "user_disabled", round).await;
        server.advance(60_000);
        nodes.iter().skip(1).for_each(|node| node.advance(60_000));
    }
}

#[tokio::test]
async fn j13_others_in_the_same_browser_stay_signed_in_and_may_be_switched_to() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    Operator(&server).post("/users/bob@example.com/disable").await.ok();
    let session = browser.session().await;
    assert_eq!(session["end_reason"], "user_disabled");
    assert_eq!(browser.accounts().await, ["ada*"]);
    let target = json!({ "sign_in_id": browser.sign_in_of("ada").await });
    let session = browser.post("/session/switch-sign-in", target).await.ok();
    assert_eq!((&session["end_reason"], session["signins"].as_array().unwrap().len()), (&Value::Null, 1));
}

#[tokio::test]
async fn j13_a_deleted_user_is_out_and_nothing_personal_is_left() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let browser = server.signed_up("ada").await;
    let id = browser.session().await["active_signin"]["user_id"].as_str().unwrap().to_owned();
    let decided = operator.ask(Method::DELETE, "/users/ada@example.com", json!({})).await.ok();
    assert_eq!(
        (&decided["user"]["state"], decided["ended"].as_array().unwrap().len()),
        (&json!("deleted"), 1)
    );
    is_out(&browser, "user_deleted", 0).await;
    for column in [
        "select count(*) from email_addresses where deployment_id = $1",
        "select count(*) from attempts where deployment_id = $1 and shown <> ''",
        "select count(*) from sign_ins where deployment_id = $1 and ip_address || user_agent <> ''",
        "select count(*) from users where deployment_id = $1
             and (first_name || last_name <> '' or password_hash is not null
                 or username is not null or username_skeleton is not null)",
    ] {
        assert_eq!(server.count(column).await, 0, "{column}");
    }
    assert_eq!(
        server.browser().sign_in("ada", PASSWORD).await.refused(),
        refused(401, "INVALID_CREDENTIALS")
    );
    // The id still says what became of it; to everything else it is nobody.
    assert_eq!(operator.get(&format!("/users/{id}")).await.ok()["state"], "deleted");
    assert_eq!(operator.get("/users/ada@example.com").await.refused(), refused(404, "user_not_found"));
    for verb in ["disable", "enable", "reset-factors", "end-sessions"] {
        let reply = operator.post(&format!("/users/{id}/{verb}")).await;
        assert_eq!(reply.refused(), refused(404, "user_not_found"));
    }
    // The address is free again.
    let again = server.signed_up("ada").await;
    assert_ne!(again.session().await["active_signin"]["user_id"], json!(id));
}

#[tokio::test]
async fn a_session_a_sign_in_and_every_sign_in_of_a_user_can_be_ended() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    let (ada, session) = (browser.sign_in_of("ada").await, browser.session().await);
    let session = session["id"].as_str().unwrap();
    let ended = operator.post(&format!("/sessions/{ada}/end")).await.ok();
    assert_eq!(ended, json!({ "ended": [{ "sign_in_id": ada, "session_id": session }] }));
    // Bob was the active one: nothing that he sees has ended.
    assert_eq!(
        (browser.accounts().await, &browser.session().await["end_reason"]),
        (vec!["bob*".to_owned()], &Value::Null)
    );
    let again = operator.post(&format!("/sessions/{ada}/end")).await;
    assert_eq!(again.refused(), refused(404, "session_not_found"));

    assert_eq!(
        operator.post(&format!("/sessions/{session}/end")).await.ok()["ended"].as_array().unwrap().len(),
        1
    );
    is_out(&browser, "revoked_by_admin", 0).await;
    let again = operator.post(&format!("/sessions/{session}/end")).await;
    assert_eq!(again.refused(), refused(404, "session_not_found"));

    let browsers =
        [server.signed_in("ada").await, server.signed_in("ada").await, server.signed_in("bob").await];
    let ended = operator.post("/users/ada@example.com/end-sessions").await.ok();
    assert_eq!(ended["ended"].as_array().unwrap().len(), 2);
    is_out(&browsers[0], "revoked_by_admin", 0).await;
    is_out(&browsers[1], "revoked_by_admin", 0).await;
    assert_eq!(browsers[2].accounts().await, ["bob*"]);
    // Nothing keeps ada out.
    assert_eq!(server.signed_in("ada").await.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn of_several_deployments_one_must_be_named_and_sees_nothing_of_the_other() {
    let server = Keyrack::start_configured(|config| {
        let mut other = config.deployments[0].clone();
        other.id = format!("{}x", other.id);
        other.hosts = vec!["localhost".to_owned()];
        config.deployments.push(other);
    });
    let server = server.await;
    let operator = Operator(&server);
    let [one, other] = [0, 1].map(|index: usize| server.app.sites[index].config.id.clone());
    let ada = server.signed_up("ada").await;
    let id = ada.session().await["active_signin"]["user_id"].as_str().unwrap().to_owned();
    assert_eq!(operator.get("/users").await.refused(), refused(400, "deployment_required"));
    assert_eq!(
        operator.get("/users?deployment=nowhere").await.refused(),
        refused(404, "deployment_not_found")
    );
    let ids = async |deployment: &str| {
        operator.get(&format!("/users?deployment={deployment}")).await.ok()["items"].clone()
    };
    assert_eq!((ids(&one).await[0]["id"].as_str(), ids(&other).await), (Some(id.as_str()), json!([])));
    // A foreign id answers as one that does not exist, and nothing happens to it.
    let session = ada.session().await["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/users/{id}/disable"),
        "/users/ada@example.com/disable".to_owned(),
        format!("/users/{id}/reset-factors"),
        format!("/users/{id}/end-sessions"),
    ] {
        let reply = operator.post(&format!("{path}?deployment={other}")).await;
        assert_eq!(reply.refused(), refused(404, "user_not_found"));
    }
    for id in [session, ada.sign_in_of("ada").await] {
        let reply = operator.post(&format!("/sessions/{id}/end?deployment={other}")).await;
        assert_eq!(reply.refused(), refused(404, "session_not_found"));
    }
    assert_eq!(ada.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn n05_no_public_listener_has_a_path_of_the_socket() {
    for server in [Keyrack::start().await, Keyrack::production().await] {
        let browser = server.signed_up("ada").await;
        let id = browser.session().await["active_signin"]["user_id"].as_str().unwrap().to_owned();
        for path in [
            "/admin",
            "/admin/",
            "/admin/users",
            &format!("/admin/users/{id}"),
            "/admin/sessions",
            "/admin/audit",
        ] {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
                let reply = browser.send(browser.request(method.clone(), path)).await;
                assert_eq!(reply.status, 404, "{method} {path}");
            }
        }
        for verb in ["disable", "end-sessions"] {
            assert_eq!(browser.post(&format!("/admin/users/{id}/{verb}"), json!({})).await.status, 404);
        }
        assert_eq!(browser.accounts().await, ["ada*"]);
    }
}
