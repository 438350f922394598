//! Attacks on what only operators may do, by people who use the application (area J).

use crate::organizations::acme;
use crate::support::{Keyrack, Operator};
use reqwest::Method;
use serde_json::json;

/// Everything that the socket answers, with whom and what it could be about.
fn asked_of_operators(user: &str, session: &str, organization: &str) -> Vec<(Method, String)> {
    let (get, post) = (Method::GET, Method::POST);
    vec![
        (get.clone(), "/users".to_owned()),
        (get.clone(), format!("/users/{user}")),
        (get.clone(), "/sessions".to_owned()),
        (get.clone(), "/audit".to_owned()),
        (get.clone(), "/organizations".to_owned()),
        (get, "/health".to_owned()),
        (post.clone(), "/organizations".to_owned()),
        (post.clone(), format!("/organizations/{organization}/members")),
        (post.clone(), "/users".to_owned()),
        (post.clone(), format!("/users/{user}/enable")),
        (post.clone(), format!("/organizations/{organization}/unrestrict")),
        (post.clone(), format!("/users/{user}/disable")),
        (post.clone(), format!("/users/{user}/reset-factors")),
        (post.clone(), format!("/users/{user}/end-sessions")),
        (post, format!("/sessions/{session}/end")),
        (Method::DELETE, format!("/organizations/{organization}")),
        (Method::DELETE, format!("/users/{user}")),
    ]
}

#[tokio::test]
async fn j10_what_operators_ask_is_not_there_for_users_whatever_they_send() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let session = bob.session().await["id"].as_str().unwrap().to_owned();
    let token = ada.get("/session/token").await.ok()["token"].as_str().unwrap().to_owned();
    let key = ada.get("/deployment").await.ok()["publishable_key"].as_str().unwrap().to_owned();
    let before = server.rows().await;
    let all = asked_of_operators(&bob.user_id().await, &session, &acme);
    for (method, path) in &all {
        for prefix in ["/admin", "//admin", "/%61dmin", "/session/../admin", "/ADMIN", ""] {
            // What has no prefix may be something of the API's own.
            if prefix.is_empty() && path.starts_with("/organizations") {
                continue;
            }
            let path = format!("{prefix}{path}");
            for sent in [method.clone(), Method::HEAD, Method::GET, Method::POST, Method::PATCH] {
                let ask = |path: &str| ada.request(sent.clone(), path).json(&json!({}));
                let tries = [
                    ask(&path),
                    ask(&path).bearer_auth(&token),
                    ask(&path).bearer_auth(&key),
                    ask(&path)
                        .header("x-http-method-override", method.as_str())
                        .header("x-method", method.as_str()),
                    ask(&path).header("x-original-url", &path).header("x-forwarded-for", "127.0.0.1"),
                    ask(&format!("{path}?key={key}&token={token}&_method={method}")),
                ];
                for request in tries {
                    let reply = ada.send(request).await;
                    assert!(
                        [404, 405].contains(&reply.status),
                        "{sent} {path}: {} {}",
                        reply.status,
                        reply.text
                    );
                }
            }
        }
    }
    assert_eq!(server.rows().await, before);
    assert_eq!(bob.session().await["id"], session);
    // The same, asked through the socket, is there: what was tried were its paths.
    let operator = Operator(&server);
    for (method, path) in all {
        let body = if method == Method::POST { json!({}) } else { serde_json::Value::Null };
        let reply = operator.ask(method.clone(), &path, body).await;
        let is_there = reply.status == 200 || reply.refused().1 != "not_found";
        assert!(is_there && reply.status != 405, "{method} {path}: {}", reply.text);
    }
}
