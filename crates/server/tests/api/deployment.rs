//! `GET /deployment`: complete for clients that read it without looking, the same for everybody, and true.

use crate::support::Keyrack;
use keyrack_protocol::Deployment;
use serde_json::{Value, json};

/// What clients read without asking whether it is there, with the type that they need.
const OBJECTS: [&str; 16] = [
    "/ui_settings",
    "/ui_settings/theme_tokens",
    "/ui_settings/theme_tokens/light",
    "/ui_settings/theme_tokens/dark",
    "/b2b_settings",
    "/restrictions",
    "/auth_settings/email_address",
    "/auth_settings/phone_number",
    "/auth_settings/username",
    "/auth_settings/first_name",
    "/auth_settings/last_name",
    "/auth_settings/password",
    "/auth_settings/auth_factors_enabled",
    "/auth_settings/passkey",
    "/auth_settings/magic_link",
    "/auth_settings/multi_session_support",
];

const LISTS: [&str; 6] = [
    "/social_connections",
    "/b2b_settings/organization_permissions",
    "/b2b_settings/workspace_permissions",
    "/restrictions/banned_keywords",
    "/restrictions/allowlisted_resources",
    "/restrictions/blocklisted_resources",
];

async fn published(server: &Keyrack) -> Value {
    server.browser().get("/deployment").await.ok()
}

#[tokio::test]
async fn it_has_everything_that_clients_read_without_looking() {
    let server = Keyrack::start().await;
    let deployment = published(&server).await;
    for place in OBJECTS {
        assert!(deployment.pointer(place).is_some_and(Value::is_object), "{place}: {deployment:#}");
    }
    for place in LISTS {
        assert!(deployment.pointer(place).is_some_and(Value::is_array), "{place}: {deployment:#}");
    }
    for (name, value) in deployment["ui_settings"].as_object().unwrap() {
        let typed = value.is_string() || value.is_boolean() || name == "theme_tokens";
        assert!(typed, "{name} is {value}");
    }
    // The whole of it is the type that TypeScript knows, with nothing beside it.
    let typed: Deployment = serde_json::from_value(deployment.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), deployment);
}

#[tokio::test]
async fn what_is_not_there_is_off_and_what_is_there_is_true() {
    let server = Keyrack::start().await;
    let deployment = published(&server).await;
    let host = server.base.trim_start_matches("http://");
    assert_eq!((&deployment["backend_host"], &deployment["frontend_host"]), (&json!(host), &json!(host)));
    assert_eq!(deployment["project_id"], deployment["id"]);
    assert_eq!(deployment["mail_from_host"], "localhost");
    assert_eq!(deployment["ui_settings"]["sign_in_page_url"], format!("{}/sign-in", server.base));
    let off = [
        "/b2b_settings/enterprise_sso_enabled",
        "/auth_settings/passkey/enabled",
        "/auth_settings/phone_number/enabled",
        "/auth_settings/auth_factors_enabled/phone_otp",
        "/maintenance_mode",
    ];
    let on = [
        "/b2b_settings/enforce_mfa_per_org_enabled",
        "/b2b_settings/enforce_mfa_per_workspace_enabled",
        "/auth_settings/magic_link/enabled",
        "/auth_settings/auth_factors_enabled/email_magic_link",
        "/auth_settings/auth_factors_enabled/email_otp",
    ];
    for place in on {
        assert_eq!(deployment.pointer(place), Some(&json!(true)), "{place}");
    }
    for place in off {
        assert_eq!(deployment.pointer(place), Some(&json!(false)), "{place}");
    }
    assert_eq!(deployment["social_connections"], json!([]));
    let waitlist = deployment["ui_settings"]["waitlist_page_url"].as_str().unwrap();
    assert!(waitlist.ends_with("/waitlist"), "{waitlist}");
}

#[tokio::test]
async fn it_is_the_same_whoever_asks_and_costs_no_session() {
    let server = Keyrack::start().await;
    let stranger = published(&server).await;
    let browser = server.signed_up("ada").await;
    assert_eq!(browser.get("/deployment").await.ok(), stranger);
    browser.hold(Some("no~such.rack".to_owned()));
    let reply = browser.get("/deployment").await;
    assert_eq!((reply.ok(), reply.header("x-development-session")), (stranger, None));
    assert_eq!(server.count("select count(*) from sessions where deployment_id = $1").await, 1);
}

#[tokio::test]
async fn updated_at_is_the_start_at_which_the_settings_changed() {
    let server = Keyrack::start().await;
    let first = published(&server).await;
    assert_eq!(first["updated_at"], first["created_at"]);
    server.advance(60_000);
    let server = server.restart().await;
    assert_eq!(published(&server).await, first);
    server.advance(60_000);
    // A list that is not published changes it too.
    let server =
        server.restart_with(|config| config.deployments[0].restrictions.block_subaddresses = true).await;
    let second = published(&server).await;
    assert_eq!(second["created_at"], first["created_at"]);
    assert!(second["updated_at"].as_str() > first["updated_at"].as_str(), "{second:#}");
    for part in ["auth_settings", "b2b_settings", "restrictions"] {
        assert_eq!(second[part]["updated_at"], second["updated_at"], "{part}");
    }
    server.advance(60_000);
    assert_eq!(published(&server.restart().await).await, second);
}
