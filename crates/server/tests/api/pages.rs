//! The hosted pages as they leave the server: headers, language, texts, look.

use crate::support::{Keyrack, Reply, boot, page, page_with};
use keyrack_server::config::{Deployment, Mode, Origin};
use reqwest::Method;
use std::collections::BTreeMap;

const PAGES: [&str; 8] = [
    "/sign-in",
    "/sign-up",
    "/accounts",
    "/invite",
    "/magic-link",
    "/forgot-password",
    "/waitlist",
    "/account",
];

/// What every answer says, whatever it is.
#[track_caller]
fn is_dressed(reply: &Reply) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}: {reply:?}");
    }
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
    assert!(reply.header("permissions-policy").is_some_and(|policy| policy.contains("camera=()")));
    assert!(reply.header("server").is_none() && reply.header("x-powered-by").is_none());
    assert!(reply.header("set-cookie").is_none());
}

/// The files that a page links to; each link is relative, so that it works below any path.
fn links(page: &Reply) -> Vec<String> {
    let parts = page.text.split(['"', '\'']).filter(|part| part.contains("_keyrack/"));
    let links: Vec<String> = parts.filter(|part| !part.contains(['{', '&'])).map(str::to_owned).collect();
    assert!(
        links.iter().all(|link| link.starts_with("./_keyrack/") || link.starts_with("_keyrack/")),
        "{links:?}"
    );
    links.iter().map(|link| link.trim_start_matches('.').trim_start_matches('/').to_owned()).collect()
}

#[tokio::test]
async fn k05_k11_pages_and_what_they_link_to_have_every_header_and_allow_nothing_else() {
    let server = Keyrack::production().await;
    for path in PAGES {
        let reply = page(&server, path).await;
        assert_eq!(reply.status, 200);
        is_dressed(&reply);
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(reply.header("cache-control"), Some("private, no-store"));
        assert_eq!(reply.header("vary"), Some("accept-language"));
        let policy = reply.header("content-security-policy").unwrap();
        assert_eq!(
            policy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'"
        );
        // Nothing inline: one script, which is a file, and no style in the text.
        assert_eq!(reply.text.matches("<script").count(), 1, "{}", reply.text);
        assert!(reply.text.contains("<script type=\"module\" crossorigin src=\"./_keyrack/assets/"));
        assert!(!reply.text.contains("<style") && !reply.text.contains(" style="));

        let links = links(&reply);
        let kinds = [
            (".js", "text/javascript; charset=utf-8"),
            (".css", "text/css; charset=utf-8"),
            (".svg", "image/svg+xml"),
        ];
        for (ending, kind) in kinds {
            let file = links.iter().find(|link| link.contains(ending)).expect(ending);
            let reply = page(&server, &format!("/{file}")).await;
            assert_eq!((reply.status, reply.header("content-type")), (200, Some(kind)), "{file}");
            is_dressed(&reply);
            let cached = reply.header("cache-control").unwrap();
            let named_by_content = file.contains("/assets/") || file.contains("theme.css?v=");
            assert_eq!(cached.contains("immutable"), named_by_content, "{file}: {cached}");
        }
    }
    for path in [
        "/_keyrack/nothing.js",
        "/_keyrack/..%2findex.html",
        "/_keyrack/assets%2f..%2f..%2findex.html",
        "/_keyrack/index.html",
    ] {
        let reply = page(&server, path).await;
        assert_eq!(reply.refused(), (404, "not_found".to_owned()), "{path}");
        is_dressed(&reply);
    }
}

#[tokio::test]
async fn https_pages_say_that_they_stay_so() {
    let server = Keyrack::start_with(|deployment| {
        deployment.origin = Origin::parse("https://auth.example.com").unwrap();
        deployment.hosts = vec!["auth.example.com".to_owned()];
    })
    .await;
    let host = [("host", "auth.example.com")];
    for path in ["/sign-in", "/_keyrack/theme.css"] {
        let reply = page_with(&server, path, &host).await;
        assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
    }
    for path in ["/sign-in", "/_keyrack/theme.css", "/"] {
        let stranger = page_with(&server, path, &[("host", "evil.example")]).await;
        assert_eq!(stranger.refused(), (404, "unknown_host".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn k04_no_other_origin_reads_a_page_or_asks_whether_it_may() {
    let friend = "https://www.example.com";
    let server = Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.allowed_origins.push(friend.to_owned());
    })
    .await;
    for path in ["/sign-in", "/accounts", "/_keyrack/theme.css", "/_keyrack/icon.svg"] {
        for origin in [friend, &server.base, "https://evil.example", "null"] {
            for method in [Method::GET, Method::OPTIONS, Method::DELETE] {
                let client =
                    crate::support::client().request(method.clone(), format!("{}{path}", server.base));
                let request = client.header("origin", origin).header("access-control-request-method", "POST");
                let reply = Reply::read(request.send().await.unwrap()).await;
                assert_eq!(reply.status, if method == Method::GET { 200 } else { 405 });
                let named = reply.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
                assert!(!named, "{method} {path} from {origin}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_language_is_the_links_then_the_browsers_and_a_deployment_has_texts_of_its_own() {
    let server = Keyrack::start_with(|deployment| {
        deployment.app_name = "Acme".to_owned();
        let own = BTreeMap::from([("title_sign_in".to_owned(), "Bonjour, {app}".to_owned())]);
        deployment.messages.insert("fr".to_owned(), own);
    })
    .await;
    for (path, preferred, language, title) in [
        ("/sign-in", "", "en", "Sign in · Acme"),
        ("/sign-in", "de-AT,de;q=0.9", "de", "Anmelden · Acme"),
        ("/sign-up?lang=de", "en", "de", "Konto erstellen · Acme"),
        ("/accounts?ui_locales=xx+de-DE", "en", "de", "Konten · Acme"),
        ("/sign-in?lang=fr&ui_locales=de", "en", "fr", "Bonjour, Acme"),
        ("/sign-in?lang=%3Cscript%3E", "de", "de", "Anmelden · Acme"),
    ] {
        let reply = page_with(&server, path, &[("accept-language", preferred)]).await;
        assert_eq!(reply.header("content-language"), Some(language), "{path}");
        assert!(reply.text.contains(&format!("<html lang=\"{language}\">")), "{path}");
        assert!(reply.text.contains(&format!("<title>{title}</title>")), "{path}: {}", reply.text);
        let boot = boot(&reply);
        assert_eq!(boot["language"], language);
        assert!(boot["messages"]["noscript"].as_str().is_some_and(|text| reply.text.contains(text)));
    }
}

#[tokio::test]
async fn k06_k07_names_texts_and_links_of_a_deployment_are_text_and_nothing_else() {
    let attack =
        "</title></noscript><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;<!--head-->{app}";
    let server = Keyrack::start_with(|deployment| {
        deployment.app_name = attack.to_owned();
        deployment.ui.favicon_image_url = attack.to_owned();
        deployment.ui.signup_terms_statement = attack.to_owned();
        let own =
            ["title_sign_in", "noscript", "sign_in_title"].map(|name| (name.to_owned(), attack.to_owned()));
        deployment.messages.insert("en".to_owned(), BTreeMap::from(own));
    })
    .await;
    let reply =
        page(&server, "/sign-in?lang=en&login_hint=%3Cscript%3Ealert(2)%3C/script%3E&error=%3Cb%3E#%3Ci%3E")
            .await;
    let boot = boot(&reply);
    assert_eq!(boot["deployment"]["ui_settings"]["app_name"], attack);
    assert_eq!(boot["messages"]["sign_in_title"], attack);
    assert_eq!(reply.text.matches("<script").count(), 1, "{}", reply.text);
    assert_eq!(reply.text.matches("</title>").count(), 1);
    assert_eq!(reply.text.matches("</noscript>").count(), 1);
    assert!(!reply.text.contains("<img") && !reply.text.contains("alert(2)"), "{}", reply.text);
    assert!(!reply.header("content-security-policy").unwrap().contains("alert"));
}

#[tokio::test]
async fn the_look_is_the_deployments_and_cached_by_its_content() {
    let server = Keyrack::start_with(|deployment| {
        deployment.ui.theme.light.set("primary", "#123456".to_owned());
        deployment.ui.theme.dark.set("primary", "#fedcba".to_owned());
    })
    .await;
    let plain = page(&server, "/_keyrack/theme.css").await;
    assert_eq!(plain.header("cache-control"), Some("no-cache"));
    let (light, dark) = plain.text.split_once("@media (prefers-color-scheme: dark)").unwrap();
    assert!(light.contains("--primary: #123456;") && dark.contains("--primary: #fedcba;"));
    let named = links(&page(&server, "/sign-in").await);
    let named = named.iter().find(|link| link.contains("theme.css")).unwrap();
    let cached = page(&server, &format!("/{named}")).await;
    assert_eq!(cached.text, plain.text);
    assert!(cached.header("cache-control").unwrap().contains("immutable"));
    let old = page(&server, "/_keyrack/theme.css?v=0000000000000000").await;
    assert_eq!(old.header("cache-control"), Some("no-cache"));

    let other = Keyrack::start().await;
    let other = links(&page(&other, "/sign-in").await);
    assert!(!other.contains(named), "another look has another name");
}

#[tokio::test]
async fn a_page_names_at_once_every_script_that_it_begins_with() {
    let server = Keyrack::start().await;
    for path in PAGES {
        let scripts = links(&page(&server, path).await);
        let scripts: Vec<&String> = scripts.iter().filter(|link| link.ends_with(".js")).collect();
        assert!(scripts.iter().any(|script| script.contains("-page-")), "{path}: {scripts:?}");
        for script in &scripts {
            let reply = page(&server, &format!("/{script}")).await;
            assert_eq!(reply.status, 200, "{script}");
            for import in reply.text.split(['"', '`', '\'']).filter(|_| !script.contains("/index-")) {
                let Some(name) = import.strip_prefix("./").filter(|name| name.ends_with(".js")) else {
                    continue;
                };
                let is_later = reply.text.contains(&format!("import(`./{name}`)"));
                let is_named = scripts.iter().any(|script| script.ends_with(&format!("/{name}")));
                assert!(is_later || is_named, "{path}: {script} imports {name}");
            }
        }
    }
    let refused = page(&server, "/sign-in?redirect_uri=https%3A%2F%2Fevil.example").await;
    assert!(!links(&refused).iter().any(|link| link.contains("-page-")));
}

#[tokio::test]
async fn below_a_path_the_api_is_where_the_key_says_and_links_lie_beside_the_page() {
    let server = Keyrack::start_configured(|config| {
        config.dev = false;
        let deployment: &mut Deployment = &mut config.deployments[0];
        deployment.path = "/keyrack".to_owned();
    })
    .await;
    // The proxy has taken the path off.
    let reply = page(&server, "/sign-in").await;
    assert!(!links(&reply).is_empty());
    let boot = boot(&reply);
    let key = server.app.sites[0].config.publishable_key();
    assert_eq!(boot["deployment"]["publishable_key"], key.as_str());
    assert_eq!(boot["page"], "sign-in");
    let settings = &boot["deployment"]["ui_settings"];
    assert_eq!(settings["sign_in_page_url"], format!("{}/keyrack/sign-in", server.base));

    let home = page(&server, "/?redirect_uri=%2Fa").await;
    assert_eq!((home.status, home.header("location")), (303, Some("/keyrack/accounts?redirect_uri=%2Fa")));
}

#[tokio::test]
async fn a_form_that_a_browser_sent_by_itself_leads_back_to_the_page_and_is_not_read() {
    let server = Keyrack::production().await;
    let client = crate::support::still();
    let request = client
        .post(format!("{}/sign-in?redirect_uri=%2Fa", server.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("identifier=ada%40example.com&password=open+sesame");
    let reply = Reply::read(request.send().await.unwrap()).await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("sign-in?redirect_uri=%2Fa")));
    assert_eq!(reply.text, "");
    is_dressed(&reply);
}

#[tokio::test]
async fn under_dev_a_page_keeps_to_the_name_of_this_machine_that_it_was_asked_by() {
    let server = Keyrack::start_with(|deployment| {
        deployment.any_loopback = true;
        deployment.origin = Origin { host: "localhost".to_owned(), ..deployment.origin.clone() };
    })
    .await;
    let port = server.base.rsplit(':').next().unwrap();
    let key = |host: &str| {
        let origin = Origin::parse(&format!("http://{host}:{port}")).unwrap();
        Deployment { origin, ..server.app.sites[0].config.clone() }.publishable_key()
    };
    for (asked, answered) in [
        (format!("127.0.0.1:{port}"), key("127.0.0.1")),
        (format!("localhost:{port}"), key("localhost")),
        (format!("[::1]:{port}"), key("[::1]")),
        // A proxy of this machine, such as Vite's: the browser sees another port.
        ("127.0.0.1:1".to_owned(), key("localhost")),
        ("localhost".to_owned(), key("localhost")),
    ] {
        let reply = page_with(&server, "/sign-in", &[("host", &asked)]).await;
        assert_eq!(boot(&reply)["deployment"]["publishable_key"], answered, "{asked}");
    }
}
