//! Attacks on who somebody is (areas L and J): look-alike addresses, and identity said in a body.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, claims, code_form, sign_up_form};
use reqwest::Method;
use serde_json::{Value, json};

const USERS: &str = "select count(*) from users where deployment_id = $1";

/// Begins a sign-up with an address as it is typed.
async fn begins_with(browser: &Browser, email: &str) -> Reply {
    let mut form = sign_up_form("ada");
    form["email"] = json!(email);
    browser.post("/auth/signup", form).await
}

async fn signs_in_with(browser: &Browser, email: &str) -> Reply {
    browser.post("/auth/signin", json!({ "email": email, "password": PASSWORD })).await
}

/// Everything that was mailed: to whom.
async fn recipients(server: &Keyrack) -> Vec<String> {
    server.mails("").await;
    server.app.world.mailer.captured_mails().into_iter().map(|captured| captured.mail.to).collect()
}

const SPELLINGS: [&str; 8] = [
    "ada@example.com",
    "ADA@EXAMPLE.COM",
    "Ada@example.com.",
    "  ada@example.com\t",
    "ada@ｅｘａｍｐｌｅ.com",
    "ada@ex\u{ad}ample.com",
    "ada@example。com",
    "ada@ＥＸＡＭＰＬＥ．ＣＯＭ",
];

#[tokio::test]
async fn l01_every_spelling_of_an_address_is_one_account() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    for spelling in SPELLINGS {
        let browser = server.browser();
        let session = signs_in_with(&browser, spelling).await.ok();
        assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com", "{spelling:?}");
        assert_eq!(signs_in_with(&browser, spelling).await.refused().1, "USER_ALREADY_SIGNED_IN");
        // Signing up again goes nowhere: no code ever fits, and the owner is told.
        let stranger = server.browser();
        let session = begins_with(&stranger, spelling).await.ok();
        let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
        stranger.asks_for_code(&attempt).await.ok();
    }
    let mails = server.mails("ada").await;
    assert_eq!(mails.iter().filter(|mail| mail.mail.code.is_some()).count(), 1);
    assert_eq!(server.count(USERS).await, 1);
}

#[tokio::test]
async fn l01_a_domain_in_its_own_script_and_in_punycode_is_one_domain_and_broken_punycode_is_none() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let session = begins_with(&browser, "ada@Bücher.example").await.ok();
    let attempt = session["signup_attempts"][0].clone();
    assert_eq!(attempt["email"], "ada@xn--bcher-kva.example");
    browser.asks_for_code(attempt["id"].as_str().unwrap()).await.ok();
    assert_eq!(recipients(&server).await, ["ada@xn--bcher-kva.example"]);
    let code = server.app.world.mailer.captured_mails()[0].mail.code.clone().unwrap();
    browser.enters_code(attempt["id"].as_str().unwrap(), &code).await.ok();
    for spelling in ["ada@bu\u{308}cher.example", "ada@XN--BCHER-KVA.example"] {
        signs_in_with(&server.browser(), spelling).await.ok();
    }
    for broken in ["ada@xn--example-.org", "ada@xn--999999999.com", "ada@xn--.com", "ada@xn--a.example"] {
        let stranger = server.browser();
        assert_eq!(begins_with(&stranger, broken).await.refused().1, "invalid_email", "{broken}");
        assert_eq!(signs_in_with(&stranger, broken).await.refused().1, "invalid_email", "{broken}");
    }
}

#[tokio::test]
async fn l02_a_look_alike_is_refused_and_mail_goes_to_the_address_that_was_checked() {
    let server = Keyrack::start().await;
    let victim = server.signed_up("ada").await;
    let before = (recipients(&server).await, server.count(USERS).await);
    for address in [
        "ada＠example.com",
        "ada\u{fe6b}example.com",
        "аda@example.com",
        "ad\u{131}a@example.com",
        "\u{212a}ate@example.com",
        "ﬁnn@example.com",
        "a\u{ad}da@example.com",
        "a\u{200b}da@example.com",
        "ada\u{200d}@example.com",
        "\u{202e}ada@example.com",
        "ada@example.com\u{202c}",
        "ada@example.com@evil.example",
        "ada@example.com,eve@evil.example",
        "ada@example.com eve@evil.example",
        "\"ada@evil.example\"@example.com",
        "ada@[127.0.0.1]",
    ] {
        let stranger = server.browser();
        assert_eq!(begins_with(&stranger, address).await.refused().1, "invalid_email", "{address:?}");
        assert_eq!(signs_in_with(&stranger, address).await.refused().1, "invalid_email", "{address:?}");
        assert_eq!(stranger.credential(), None);
    }
    // A letter of another script in the domain is another domain: its mail goes there, not to the victim.
    let stranger = server.browser();
    let session = begins_with(&stranger, "ada@ex\u{430}mple.com").await.ok();
    stranger.asks_for_code(session["signup_attempts"][0]["id"].as_str().unwrap()).await.ok();
    let expected: Vec<String> =
        before.0.iter().cloned().chain(["ada@xn--exmple-4nf.com".to_owned()]).collect();
    assert_eq!((recipients(&server).await, server.count(USERS).await), (expected, before.1));
    assert_eq!(victim.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn l08_an_address_is_proved_only_by_the_code_that_was_mailed_to_it() {
    let server = Keyrack::start().await;
    let attacker = server.browser();
    let own = attacker.begins_sign_up("attacker").await;
    let foreign = attacker.begins_sign_up("victim").await;
    attacker.asks_for_code(&own).await.ok();
    attacker.asks_for_code(&foreign).await.ok();
    let code = server.code("attacker").await;
    let mut forms = vec![code_form(&foreign, &code)];
    for claim in [
        json!({ "email": "attacker@example.com" }),
        json!({ "verified": true, "email_verified": true, "completed": true, "current_step": "" }),
    ] {
        let mut form = code_form(&foreign, &code);
        form.as_object_mut().unwrap().extend(claim.as_object().unwrap().clone());
        forms.push(form);
    }
    for form in forms {
        let answer = attacker.post("/auth/attempt-verification", form).await;
        assert_eq!(answer.refused(), (400, "INVALID_CODE".to_owned()));
    }
    // Nor does the code for the own address prove another one that is named beside it.
    let mut form = code_form(&own, &code);
    form["email"] = json!("victim@example.com");
    let session = attacker.post("/auth/attempt-verification", form).await.ok();
    assert_eq!(session["active_signin"]["user"]["email_address"], "attacker@example.com");
    assert_eq!(session["active_signin"]["user"]["user_email_addresses"].as_array().unwrap().len(), 1);
    assert_eq!(server.count(USERS).await, 1);
}

#[tokio::test]
async fn j08_a_sign_up_sets_only_what_a_person_may_fill_in() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    let mut form = sign_up_form("ada");
    let wishes = json!({
        "id": "usr_00000000000000000000000000", "user_id": "usr_1", "role": "admin", "is_admin": "true",
        "email_verified": "true", "verified": "true", "verified_at": "2020-01-01T00:00:00Z", "completed": "true",
        "deployment_id": "dev", "created_at": "2020-01-01T00:00:00Z", "disabled": "false", "username": "root",
        "password_hash": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "private_metadata": "{\"a\":1}",
        "public_metadata": "{\"plan\":\"pro\"}", "decoy": "false", "expires_at": "2099-01-01T00:00:00Z",
    });
    form.as_object_mut().unwrap().extend(wishes.as_object().unwrap().clone());
    let attempt = browser.post("/auth/signup", form).await.ok()["signup_attempts"][0].clone();
    let shown = (&attempt["completed"], &attempt["current_step"], &attempt["username"]);
    assert_eq!(shown, (&json!(false), &json!("verify_email"), &json!("")));
    assert_eq!(server.count(USERS).await, 0);
    let attempt = attempt["id"].as_str().unwrap();
    browser.asks_for_code(attempt).await.ok();
    browser.enters_code(attempt, &server.code("ada").await).await.ok();

    let user = browser.get("/me").await.ok();
    assert!(user["id"].as_str().unwrap().len() > 10 && user["id"] != wishes["id"]);
    assert_eq!((&user["username"], &user["public_metadata"]), (&json!(""), &json!({})));
    assert_eq!(user["created_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!(user["primary_email_address"]["verified_at"], "2026-01-01T00:00:00.000Z");
    assert!(!user.to_string().contains("admin"));
    assert_eq!(server.signed_in("ada").await.accounts().await, ["ada*"], "the password is the typed one");
}

/// Names the victim in every way that a careless server could believe.
fn naming(victim: &Value) -> String {
    let (user, sign_in, session) = (&victim["user_id"], &victim["id"], &victim["session_id"]);
    [
        ("user_id", user),
        ("owner_id", user),
        ("actor", user),
        ("on_behalf_of", user),
        ("sub", user),
        ("signin_id", sign_in),
        ("session_id", session),
        ("sid", session),
    ]
    .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
    .join("&")
}

#[tokio::test]
async fn j12_who_somebody_is_comes_from_the_credential_and_from_nothing_else() {
    let server = Keyrack::start().await;
    let victim = server.signed_up("victim").await;
    let named = naming(&victim.session().await["active_signin"]);
    let nobody = server.browser();
    for path in ["/me", "/session/token"] {
        let answer = nobody.get(&format!("{path}?{named}")).await;
        assert_eq!(answer.refused(), (401, "signed_out".to_owned()), "{path}");
    }
    assert_eq!(nobody.get(&format!("/session?{named}")).await.ok()["signins"], json!([]));

    let attacker = server.signed_up("attacker").await;
    let own = attacker.session().await["active_signin"]["user_id"].clone();
    assert_eq!(attacker.get(&format!("/me?{named}")).await.ok()["id"], own);
    let token = attacker.get(&format!("/session/token?{named}")).await.ok();
    assert_eq!(claims(token["token"].as_str().unwrap())["sub"], own);
    let form = |body: String| {
        attacker
            .request(Method::POST, "/session/sign-out")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    attacker.send(form(named.clone())).await.ok();
    assert_eq!(attacker.session().await["id"], "");
    assert_eq!(victim.accounts().await, ["victim*"]);
    let sign_in = format!("email=attacker%40example.com&password={}&{named}", PASSWORD.replace(' ', "+"));
    let request = attacker.request(Method::POST, "/auth/signin");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(sign_in);
    assert_eq!(attacker.send(request).await.ok()["active_signin"]["user_id"], own);
    let fresh = attacker.post(&format!("/auth/signup?{named}"), sign_up_form("second")).await.ok();
    assert!(!fresh.to_string().contains("victim"));
}
