//! Where a page may go on to: what the server makes of `redirect_uri`.

use crate::support::{Keyrack, boot, page};
use keyrack_server::config::Mode;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

async fn production() -> Keyrack {
    Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.allowed_origins.push("https://app.example.com".to_owned());
    })
    .await
}

fn query(address: &str) -> String {
    format!("redirect_uri={}", byte_serialize(address.as_bytes()).collect::<String>())
}

#[tokio::test]
async fn an_address_of_an_allowed_origin_and_a_path_are_handed_to_the_page() {
    let server = production().await;
    for (asked, goes) in [
        (query("https://app.example.com/a?b=c#d"), "https://app.example.com/a?b=c#d".to_owned()),
        (query("/a?b=c"), format!("{}/a?b=c", server.base)),
        // Of a name that stands twice the first counts.
        (format!("{}&{}", query("/a"), query("https://evil.example/")), format!("{}/a", server.base)),
    ] {
        for path in ["/sign-in", "/sign-up", "/accounts"] {
            let reply = page(&server, &format!("{path}?x=1&{asked}")).await;
            assert_eq!(reply.status, 200, "{asked}");
            let boot = boot(&reply);
            assert_eq!((&boot["return_to"], &boot["return_refused"]), (&json!(goes), &json!(false)));
        }
    }
    for nothing in ["", "redirect_uri=", "redirect_uri", "redirect_uri=undefined", "Redirect_Uri=x"] {
        let reply = page(&server, &format!("/sign-in?{nothing}")).await;
        let boot = boot(&reply);
        assert_eq!((reply.status, &boot["return_to"]), (200, &Value::Null), "{nothing}");
        assert_eq!(boot["return_refused"], false);
    }
}

#[tokio::test]
async fn k07_k10_any_other_address_is_refused_and_appears_nowhere() {
    let server = production().await;
    let refused = [
        query("javascript:alert(document.domain)"),
        query("data:text/html,<script>alert(1)</script>"),
        query("//evil.example"),
        query("/\\evil.example"),
        query("\\evil.example"),
        query("/\t/evil.example"),
        query("https://evil.example/"),
        query("https://app.example.com@evil.example/"),
        query("https://evil.example\\@app.example.com/"),
        query("https://app.example.com.evil.example/"),
        query("https://app.evil.example/app.example.com"),
        query("https://app\u{3002}example\u{ff0e}com/"),
        query("https://evil\u{2024}example/"),
        query("https:evil.example"),
        query("evil.example"),
        query("/a\r\nLocation: https://evil.example/"),
        query("/\u{2028}evil.example"),
        "redirect_uri=https%253A%252F%252Fevil.example".to_owned(),
        "redirect_uri=%252F%252Fevil.example".to_owned(),
        "redirect_uri=/%2Fevil.example".to_owned(),
        "redirect_uri=/%252Fevil.example".to_owned(),
        "redirect_uri=%0d%0aSet-Cookie:%20evil.example=1".to_owned(),
        "redirect_uri=%ff%fe".to_owned(),
        format!("{}&{}", query("https://evil.example/"), query("/a")),
        query(&format!("/{}", "a".repeat(3000))),
    ];
    for asked in refused {
        for path in ["/sign-in", "/sign-up", "/accounts"] {
            let reply = page(&server, &format!("{path}?{asked}")).await;
            assert_eq!(reply.status, 400, "{asked}");
            assert!(reply.header("location").is_none() && reply.header("set-cookie").is_none());
            let boot = boot(&reply);
            assert_eq!(
                (&boot["return_to"], &boot["return_refused"]),
                (&Value::Null, &json!(true)),
                "{asked}"
            );
            assert!(!reply.text.contains("evil") && !reply.text.contains("alert("), "{asked}");
        }
    }
}

#[tokio::test]
async fn a_staging_deployment_sends_nobody_to_an_origin_that_it_does_not_list() {
    let server = Keyrack::start().await;
    let reply = page(&server, &format!("/sign-in?{}", query("https://evil.example/"))).await;
    assert_eq!((reply.status, &boot(&reply)["return_refused"]), (400, &json!(true)));
}
