//! Every key of `keyrack.toml` does something: for each there is a case that sets it in a file and sees another
//! answer than without it.

use crate::support::Keyrack;
use keyrack_protocol::ThemeTokenSet;
use keyrack_server::config::keys;
use std::collections::BTreeSet;

/// Cases: a key, and a test that is named in its list exactly because it exists. Within it the key is `KEY`.
macro_rules! cases {
    ($($key:literal: async fn $name:ident() $body:block)*) => {
        /// The keys that have a case here.
        pub const KEYS: &[&str] = &[$($key),*];
        $(
            #[tokio::test]
            async fn $name() {
                const KEY: &str = $key;
                $body
            }
        )*
    };
}
pub(crate) use cases;

#[test]
fn every_key_has_a_case_and_every_case_a_key() {
    let published = PUBLISHED.iter().map(|(key, ..)| *key);
    let lists = [
        crate::keys_challenge::KEYS,
        crate::keys_server::KEYS,
        crate::keys_deployment::KEYS,
        crate::keys_domains::KEYS,
        crate::keys_factors::KEYS,
        crate::keys_messages::KEYS,
        crate::keys_passkeys::KEYS,
        crate::keys_retention::KEYS,
        crate::keys_sign_up::KEYS,
        crate::keys_teams::KEYS,
        crate::keys_tickets::KEYS,
        crate::keys_tokens::KEYS,
        crate::keys_webhooks::KEYS,
    ];
    let cases: Vec<String> =
        lists.into_iter().flatten().copied().chain(published).map(str::to_owned).chain(tokens()).collect();
    let once: BTreeSet<String> = cases.iter().cloned().collect();
    assert_eq!(once.len(), cases.len(), "a key has two cases");
    assert_eq!(once, keys::all().into_iter().collect());
}

fn tokens() -> impl Iterator<Item = String> {
    let themes = ["light", "dark"];
    themes.into_iter().flat_map(|theme| {
        ThemeTokenSet::NAMES.iter().map(move |name| format!("deployment.ui.theme.{theme}.{name}"))
    })
}

/// Keys that pages and applications read from `GET /deployment`: key, value, where it is published.
const PUBLISHED: &[(&str, &str, &str)] = &[
    ("deployment.app_name", "\"Another\"", "/ui_settings/app_name"),
    ("deployment.ui.privacy_policy_url", "\"/privacy\"", "/ui_settings/privacy_policy_url"),
    ("deployment.ui.tos_page_url", "\"/terms\"", "/ui_settings/tos_page_url"),
    ("deployment.ui.sign_in_page_url", "\"/in\"", "/ui_settings/sign_in_page_url"),
    ("deployment.ui.sign_up_page_url", "\"/up\"", "/ui_settings/sign_up_page_url"),
    ("deployment.ui.waitlist_page_url", "\"/wait\"", "/ui_settings/waitlist_page_url"),
    ("deployment.restrictions.waitlist_names", "true", "/restrictions/waitlist_collect_names"),
    ("deployment.ui.support_page_url", "\"/help\"", "/ui_settings/support_page_url"),
    ("deployment.ui.after_logo_click_url", "\"/logo\"", "/ui_settings/after_logo_click_url"),
    ("deployment.ui.user_profile_url", "\"/profile\"", "/ui_settings/user_profile_url"),
    ("deployment.ui.after_sign_out_one_page_url", "\"/one\"", "/ui_settings/after_sign_out_one_page_url"),
    ("deployment.ui.after_sign_out_all_page_url", "\"/all\"", "/ui_settings/after_sign_out_all_page_url"),
    ("deployment.ui.after_signup_redirect_url", "\"/new\"", "/ui_settings/after_signup_redirect_url"),
    ("deployment.ui.after_signin_redirect_url", "\"/home\"", "/ui_settings/after_signin_redirect_url"),
    ("deployment.ui.favicon_image_url", "\"/icon.png\"", "/ui_settings/favicon_image_url"),
    ("deployment.ui.logo_image_url", "\"/logo.svg\"", "/ui_settings/logo_image_url"),
    (
        "deployment.ui.default_user_profile_image_url",
        "\"/face.png\"",
        "/ui_settings/default_user_profile_image_url",
    ),
    (
        "deployment.ui.use_initials_for_user_profile_image",
        "false",
        "/ui_settings/use_initials_for_user_profile_image",
    ),
    ("deployment.ui.signup_terms_statement_shown", "true", "/ui_settings/signup_terms_statement_shown"),
    ("deployment.ui.signup_terms_statement", "\"You agree.\"", "/ui_settings/signup_terms_statement"),
];

#[tokio::test]
async fn what_a_file_says_for_pages_is_published() {
    let silent = Keyrack::from_file(&[]).await.browser().get("/deployment").await.ok();
    let set: Vec<(&str, &str)> = PUBLISHED.iter().map(|(key, value, _)| (*key, *value)).collect();
    let said = Keyrack::from_file(&set).await.browser().get("/deployment").await.ok();
    for (key, value, place) in PUBLISHED {
        let expected: serde_json::Value = serde_json::from_str(value).unwrap();
        assert_eq!(said.pointer(place), Some(&expected), "{key}");
        assert_ne!(said.pointer(place), silent.pointer(place), "{key}: the case sets its default");
        assert!(silent.pointer(place).is_some(), "{key}");
    }
}

/// A value of the token's own, so that no two can be exchanged unnoticed.
fn value_of(index: usize, name: &str) -> String {
    match name {
        "radius" | "radius_lg" => format!("{index}px"),
        "font_sans" | "font_mono" => format!("Font{}, serif", index + 100),
        _ => format!("#0000{:02x}", index + 16),
    }
}

#[tokio::test]
async fn every_theme_token_is_published_and_reaches_the_pages_style_sheet() {
    let keys: Vec<String> = tokens().collect();
    let values: Vec<String> = keys
        .iter()
        .enumerate()
        .map(|(index, key)| value_of(index, key.rsplit('.').next().unwrap()))
        .collect();
    let quoted: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    let set: Vec<(&str, &str)> =
        keys.iter().map(String::as_str).zip(quoted.iter().map(String::as_str)).collect();
    let (silent, server) = (Keyrack::from_file(&[]).await, Keyrack::from_file(&set).await);
    assert_eq!(
        silent.browser().get("/deployment").await.ok()["ui_settings"]["theme_tokens"]["light"],
        serde_json::json!({})
    );
    let published = server.browser().get("/deployment").await.ok();
    let (before, sheet) = (
        silent.browser().get("/_keyrack/theme.css").await,
        server.browser().get("/_keyrack/theme.css").await,
    );
    for (key, value) in keys.iter().zip(&values) {
        let place = key.replace("deployment.ui.theme", "/ui_settings/theme_tokens").replace('.', "/");
        assert_eq!(published.pointer(&place).unwrap(), value, "{key}");
        assert!(
            sheet.text.contains(value.as_str()) && !before.text.contains(value.as_str()),
            "{key}: {}",
            sheet.text
        );
    }
}
